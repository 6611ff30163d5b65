using Orchestrator.Temporal.Sdk.Tests.Unkind;
using Temporal.Server;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Client;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>
/// The server that scenarios run on: embedded in this process, or the one at TEMPORAL_ADDRESS. With the search attributes that scenarios
/// use.
/// </summary>
internal sealed class ScriptServer : IAsyncDisposable
{
    private static readonly (string Name, IndexedValueType Type)[] SearchAttributes =
    [
        ("ConfKeyword", IndexedValueType.Keyword),
        ("ConfText", IndexedValueType.Text),
        ("ConfInt", IndexedValueType.Int),
        ("ConfDouble", IndexedValueType.Double),
        ("ConfBool", IndexedValueType.Bool),
        ("ConfTime", IndexedValueType.Datetime),
        ("ConfList", IndexedValueType.KeywordList),
    ];

    private readonly TemporalServer? _server;
    private readonly UnkindProxy? _unkind;

    private ScriptServer(TemporalServer? server, UnkindProxy? unkind, TemporalClient client) =>
        (_server, _unkind, Client) = (server, unkind, client);

    public TemporalClient Client { get; }

    /// <summary>It was started with a seed.</summary>
    public bool IsUnkind => _unkind is not null;

    /// <summary>How often which unkindness happened; empty for a kind server.</summary>
    public IReadOnlyDictionary<string, int> Unkindness => _unkind?.Done ?? new Dictionary<string, int>();

    /// <summary>Starts it.</summary>
    /// <param name="unkindSeed">With a seed, the server does all that a server may do and a kind one does not.</param>
    public static async Task<ScriptServer> StartAsync(int? unkindSeed = null)
    {
        TemporalServer? server = null;
        if (Environment.GetEnvironmentVariable("TEMPORAL_ADDRESS") is not { Length: > 0 } address)
        {
            var socket = Path.Combine(Path.GetTempPath(), $"ts-{Guid.NewGuid().ToString("N")[..12]}.sock");
            server = new(new() { SocketPath = socket, TimeProvider = unkindSeed is { } late ? new LateClock(late) : TimeProvider.System });
            await server.StartAsync();
            address = $"unix:{socket}";
        }

        var unkind = unkindSeed is { } seed ? await UnkindProxy.StartAsync(address, seed) : null;
        var client = await TemporalClient.ConnectAsync(new(unkind?.Address ?? address) { Identity = "conformance-client" });
        await AddSearchAttributesAsync(client);
        return new(server, unkind, client);
    }

    /// <summary>Adds the search attributes that scenarios use, where they are missing.</summary>
    public static async Task AddSearchAttributesAsync(ITemporalClient client)
    {
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
    }

    public async ValueTask DisposeAsync()
    {
        if (_unkind is not null)
        {
            await _unkind.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
