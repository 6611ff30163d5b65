using System.Net;

namespace Temporalio.Runtime;

/// <summary>Answers <c>GET /metrics</c> for as long as the process lives.</summary>
internal sealed class PrometheusEndpoint
{
    private readonly HttpListener _listener;
    private readonly Func<Stream, Task> _write;

    private PrometheusEndpoint(HttpListener listener, Func<Stream, Task> write) => (_listener, _write) = (listener, write);

    /// <summary>Listens.</summary>
    /// <param name="address">Address as <c>IP:PORT</c>.</param>
    /// <param name="write">Writes the metrics.</param>
    /// <exception cref="ArgumentException">The address cannot be read, or is taken.</exception>
    public static PrometheusEndpoint Start(string address, Func<Stream, Task> write)
    {
        if (!IPEndPoint.TryParse(address, out var endpoint) || endpoint.Port == 0)
        {
            throw new ArgumentException($"'{address}' is no address to serve metrics on: it must be IP:PORT.", nameof(address));
        }

        var host =
            endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any)
                ? $"*:{endpoint.Port}"
                : endpoint.ToString();
        var listener = new HttpListener { Prefixes = { $"http://{host}/" } };
        try
        {
            listener.Start();
        }
        catch (HttpListenerException error)
        {
            throw new ArgumentException($"Metrics cannot be served on {address}: {error.Message}", nameof(address), error);
        }

        var started = new PrometheusEndpoint(listener, write);
        _ = started.ServeAsync();
        return started;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            var context = await _listener.GetContextAsync();
            try
            {
                using var response = context.Response;
                if (context.Request is { HttpMethod: "GET", Url.AbsolutePath: "/metrics" })
                {
                    response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                    await _write(response.OutputStream);
                }
                else
                {
                    response.StatusCode = (int)HttpStatusCode.NotFound;
                }
            }
            catch (Exception gone) when (gone is HttpListenerException or IOException or ObjectDisposedException)
            {
                // Who asked went away before the answer: the next one is served.
            }
        }
    }
}
