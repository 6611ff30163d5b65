using Temporal.Server;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Client;

namespace Orchestrator.Temporal.Tests.Scripts;

/// <summary>The server that scenarios run on: embedded in this process, or the one at TEMPORAL_ADDRESS. With the search attributes that scenarios use.</summary>
internal sealed class ScriptServer : IAsyncDisposable
{
    private static readonly (string Name, IndexedValueType Type)[] SearchAttributes =
    [
        ("ConfKeyword", IndexedValueType.Keyword), ("ConfText", IndexedValueType.Text), ("ConfInt", IndexedValueType.Int), ("ConfDouble", IndexedValueType.Double),
        ("ConfBool", IndexedValueType.Bool), ("ConfTime", IndexedValueType.Datetime), ("ConfList", IndexedValueType.KeywordList),
    ];

    private readonly TemporalServer? _server;

    private ScriptServer(TemporalServer? server, TemporalClient client) => (_server, Client) = (server, client);

    public TemporalClient Client { get; }

    public static async Task<ScriptServer> StartAsync()
    {
        TemporalServer? server = null;
        if (Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS") is not { Length: > 0 } address)
        {
            var socket = Path.Combine(Path.GetTempPath(), $"ts-{Guid.NewGuid().ToString("N")[..12]}.sock");
            server = new(new() { SocketPath = socket });
            await server.StartAsync();
            address = $"unix:{socket}";
        }

        var client = await TemporalClient.ConnectAsync(new(address) { Identity = "conformance-client" });
        var existing = await client.OperatorService.ListSearchAttributesAsync(new() { Namespace = "default" });
        var request = new AddSearchAttributesRequest { Namespace = "default" };
        foreach (var (name, type) in SearchAttributes)
        {
            if (!existing.CustomAttributes.ContainsKey(name))
            {
                request.SearchAttributes[name] = type;
            }
        }

        if (request.SearchAttributes.Count > 0)
        {
            await client.OperatorService.AddSearchAttributesAsync(request);
        }

        return new(server, client);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
