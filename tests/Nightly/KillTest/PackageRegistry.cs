using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.KillTest;

/// <summary>A registry of npm on this machine that has every package, in a few versions, and knows nothing bad of any.</summary>
public sealed class PackageRegistry : IDisposable
{
    private static readonly string[] Versions = ["1.0.0", "1.3.0", "3.0.1"];
    private readonly HttpListener _listener;

    /// <summary>Starts it on a free port.</summary>
    public PackageRegistry()
    {
        for (var attempt = 1; ; attempt++)
        {
            _listener = new HttpListener();
            Url = new Uri($"http://127.0.0.1:{Random.Shared.Next(20_000, 60_000)}/");
            _listener.Prefixes.Add(Url.ToString());
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                _listener.Close();
            }
        }
        _ = ServeAsync();
    }

    /// <summary>The address of the registry.</summary>
    public Uri Url { get; }

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var call = await _listener.GetContextAsync();
                call.Response.ContentType = "application/json";
                var name = Uri.UnescapeDataString(call.Request.Url!.AbsolutePath).Trim('/');
                var answer = call.Request.HttpMethod == "GET" ? Describe(name) : "{}";
                await call.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer));
                call.Response.Close();
            }
            catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException)
            {
                // The client was killed, or the round has ended.
            }
        }
    }

    private string Describe(string name) =>
        new JsonObject
        {
            ["name"] = name,
            ["dist-tags"] = new JsonObject { ["latest"] = Versions[^1] },
            ["versions"] = new JsonObject(Versions.Select(version => KeyValuePair.Create(version, (JsonNode?)Describe(name, version)))),
        }.ToJsonString();

    private JsonObject Describe(string name, string version) =>
        new()
        {
            ["name"] = name,
            ["version"] = version,
            ["dist"] = new JsonObject
            {
                ["tarball"] = $"{Url}{name}/-/{version}.tgz",
                ["integrity"] = "sha512-" + Convert.ToBase64String(new byte[64]),
            },
        };
}
