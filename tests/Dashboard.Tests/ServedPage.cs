using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.App.Access;
using Orchestrator.Dashboard.Access;

namespace Orchestrator.Dashboard.Tests;

/// <summary>The page on a port of its own, and a browser that keeps cookies and follows no redirection.</summary>
internal sealed partial class ServedPage : IAsyncDisposable
{
    public const string Token = "0123456789abcdef0123456789abcdef";
    private readonly WebApplication _app;
    private readonly string _folder;
    private bool _isStopped;

    private ServedPage(WebApplication app, FakeSource source, string folder)
    {
        _app = app;
        _folder = folder;
        Source = source;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Browser = NewBrowser();
    }

    public FakeSource Source { get; }

    public Uri Address { get; }

    /// <summary>All addresses of the server with the methods that each takes.</summary>
    public IEnumerable<(string Path, IReadOnlyList<string> Methods)> Routes =>
        _app
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Select(route => (route.RoutePattern.RawText!, route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []));

    public HttpClient Browser { get; }

    public string Link => new Uri(Address, $"/login?token={Token}").ToString();

    /// <summary>Tokens of the page.</summary>
    public WebTokenStore Tokens => new(_folder, TimeProvider.System);

    public static async Task<ServedPage> StartAsync(FakeSource source, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        var folder = Directory.CreateTempSubdirectory("web-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), Token);
        return await StartAsync(source, folder, port: 0, time, loggers);
    }

    /// <summary>Ends the server, and starts another one with the same state and port.</summary>
    public async Task<ServedPage> RestartAsync()
    {
        _isStopped = true;
        await StopAsync();
        return await StartAsync(Source, _folder, Address.Port, time: null, loggers: null);
    }

    private static async Task<ServedPage> StartAsync(
        FakeSource source,
        string folder,
        int port,
        TimeProvider? time,
        ILoggerFactory? loggers
    )
    {
        var clock = time ?? TimeProvider.System;
        var options = new DashboardOptions(new IPEndPoint(IPAddress.Loopback, port), new WebTokenStore(folder, clock));
        var app = DashboardServerBuilder.Build(options, source, loggers ?? NullLoggerFactory.Instance, clock);
        await app.StartAsync();
        return new ServedPage(app, source, folder);
    }

    public HttpClient NewBrowser() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Address };

    public async Task LogInAsync() => (await Browser.GetAsync($"/login?token={Token}")).EnsureSuccessStatusCode();

    public static HttpRequestMessage WithToken(HttpMethod method, string path, string? body = null, string token = Token)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new("Bearer", token);
        if (body is not null)
        {
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        }
        return request;
    }

    /// <summary>Sends a form of a page as a browser does: with what is hidden in it.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string page, string action, params (string Name, string Value)[] fields)
    {
        var html = await Browser.GetStringAsync(page);
        var token = FormToken().Match(html).Groups[1].Value;
        var request = new HttpRequestMessage(HttpMethod.Post, action)
        {
            Content = new FormUrlEncodedContent(
                fields.Select(field => KeyValuePair.Create(field.Name, field.Value)).Append(KeyValuePair.Create("form", token))
            ),
        };
        request.Headers.Add("Origin", Address.GetLeftPart(UriPartial.Authority));
        return await Browser.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        if (!_isStopped)
        {
            await StopAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task StopAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    [GeneratedRegex("name=\"form\" value=\"([0-9a-f]{64})\"")]
    private static partial Regex FormToken();
}
