using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Notifications.Tests;

/// <summary>A request as a server got it.</summary>
internal sealed record ReceivedRequest(string Method, string Path, string Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>A local server that stores requests and gives the answers of the test.</summary>
internal sealed class NoticeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<ReceivedRequest> _requests = [];
    private readonly Func<int, HttpContext, Task> _answer;

    private NoticeServer(WebApplication app, Func<int, HttpContext, Task> answer) => (_app, _answer) = (app, answer);

    /// <summary>The address of the server, without a trailing slash.</summary>
    public string Address { get; private set; } = "";

    public IReadOnlyList<ReceivedRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Starts one.</summary>
    /// <param name="answer">Gets the number of the request, from 1.</param>
    public static async Task<NoticeServer> StartAsync(Func<int, HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new NoticeServer(builder.Build(), answer);
        server._app.Run(server.TakeAsync);
        await server._app.StartAsync();
        var addresses = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        server.Address = addresses.Addresses.First().TrimEnd('/');
        return server;
    }

    /// <summary>Starts one that answers with these codes, the last one again and again.</summary>
    public static Task<NoticeServer> StartAsync(params HttpStatusCode[] codes) =>
        StartAsync(
            (number, context) =>
            {
                context.Response.StatusCode = (int)codes[Math.Min(number, codes.Length) - 1];
                return Task.CompletedTask;
            }
        );

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        int number;
        lock (_requests)
        {
            _requests.Add(
                new ReceivedRequest(
                    context.Request.Method,
                    context.Request.Path + context.Request.QueryString,
                    body,
                    context.Request.Headers.ToDictionary(
                        header => header.Key,
                        header => header.Value.ToString(),
                        StringComparer.OrdinalIgnoreCase
                    )
                )
            );
            number = _requests.Count;
        }
        await _answer(number, context);
    }
}
