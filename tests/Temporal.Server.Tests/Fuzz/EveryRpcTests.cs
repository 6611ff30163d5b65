using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Server.Tests.Fuzz;

/// <summary>
/// Requests to every RPC that there is, made from their descriptors and from what earlier answers told, judged by rules alone: none is
/// answered as a fault of the server, none hangs, one fault in a request that is carried out without it is refused as documented, and what
/// is refused or only asked changes nothing. <c>FUZZ_SEED=N</c> plays one again, <c>FUZZ_COUNT=N</c> so many requests.
/// </summary>
public sealed class EveryRpcTests(ITestOutputHelper output)
{
    // RPCs that are not there are asked so often, and no more.
    private const int AbsentAsked = 2;

    // From so many requests on each RPC is carried out at least once.
    private const int Thorough = 20_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WaitPatience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PollPatience = TimeSpan.FromMilliseconds(2_500);

    private static readonly HashSet<StatusCode> ServerFaults =
    [
        StatusCode.Internal,
        StatusCode.Unknown,
        StatusCode.Unavailable,
        StatusCode.DataLoss,
        StatusCode.Aborted,
    ];

    private readonly Dictionary<string, Dictionary<StatusCode, int>> _answers = [];
    private readonly Dictionary<string, string> _refusals = [];
    private readonly List<string> _faults = [];
    private readonly ErrorLog _log = new();
    private int _sent;

    // What could be seen the last time; null when something may have changed it since.
    private RpcDigest? _seen;
    private bool _givenUp;

    [Fact]
    public Task EveryRpc_SampleOfRequestsMadeFromDescriptors_IsAnsweredByTheRules() => PlayAsync(300);

    [Fact]
    [Trait("Category", "Full")]
    public Task EveryRpc_RequestsMadeFromDescriptors_IsAnsweredByTheRules() =>
        PlayAsync(int.TryParse(Environment.GetEnvironmentVariable("FUZZ_COUNT"), out var count) ? count : 50_000);

    private async Task PlayAsync(int count)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"FUZZ_SEED={seed}");
        var random = new Random(seed);
        var seeds = new Seeds(random);
        var generator = new RequestGenerator(random, seeds);
        await using var server = await TestServer.StartAsync(loggers: _log);
        var world = new RpcWorld(server, seeds, random);
        var situations = new Situations(server, seeds, random);
        for (var i = 0; _sent < count && _faults.Count < 20; i++)
        {
            if (i % 10 == 0)
            {
                await world.PopulateAsync();
                _seen = null;
            }

            var method = RpcCatalog.Methods[i % RpcCatalog.Methods.Count];
            var answers = _answers.TryGetValue(method.Name, out var known) ? known : _answers[method.Name] = [];
            if (answers.GetValueOrDefault(StatusCode.Unimplemented) < AbsentAsked)
            {
                await situations.PrepareAsync(method.Name);
                await StepAsync(server, world, method, generator.Create(method.Name, method.InputType), seeds, random);
            }
        }

        foreach (var (name, statuses) in _answers.OrderBy(pair => pair.Value.ContainsKey(StatusCode.OK)).ThenBy(pair => pair.Key))
        {
            var counts = string.Join(", ", statuses.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"));
            output.WriteLine($"{name}: {counts}; {_refusals.GetValueOrDefault(name)}");
        }

        Assert.True(_faults.Count == 0, $"FUZZ_SEED={seed}\n{string.Join('\n', _faults)}");
        string[] refused =
        [
            .. _answers
                .Where(pair => !pair.Value.ContainsKey(StatusCode.OK) && !pair.Value.ContainsKey(StatusCode.Unimplemented))
                .Select(pair => pair.Key)
                .Where(name => !RpcCatalog.IsRefusedHere(name)),
        ];
        var allowed = count >= Thorough ? 0 : _answers.Count / 3;
        Assert.True(refused.Length <= allowed, $"never carried out, the requests are not good enough: {string.Join(", ", refused)}");
    }

    /// <summary>A request with one fault, or one with a value that nobody expects, and then the request itself.</summary>
    private async Task StepAsync(TestServer server, RpcWorld world, MethodDescriptor method, IMessage request, Seeds seeds, Random random)
    {
        var (spoiled, spoiler) = Spoiled(request, random);
        var before = _seen ??= await world.DigestAsync();
        StatusCode? refused = null;
        if (spoiled is not null && !(RpcCatalog.Polls(method.Name) && spoiler is null))
        {
            var (status, message, _) = await SendAsync(server, method, spoiled.Request, isRefusedAtOnce: spoiler is not null);
            Judge(method.Name, status, message, spoiled.What);
            refused = status;
            if (status == StatusCode.OK)
            {
                await world.SettleAsync(spoiled.Request);
                before = _seen = await world.DigestAsync();
            }
            else
            {
                await UnchangedAsync(world, method, before, status, $"{spoiled.What}: {message} by {spoiled.Request}");
            }
        }

        if (RpcCatalog.Polls(method.Name) && !world.HasTask(request))
        {
            return;
        }

        var (answered, words, answer) = await SendAsync(server, method, request, isRefusedAtOnce: false);
        Judge(method.Name, answered, words, request.ToString()!);
        if (answered == StatusCode.OK)
        {
            if (spoiler is not null && refused is { } was && was != spoiler.Expected && !IsUnknownId(was, spoiler))
            {
                _faults.Add($"{method.Name} with {spoiler.What}: {was}, not {spoiler.Expected}: {request}");
            }

            await world.SettleAsync(request);
            seeds.Harvest(method.Name, method.OutputType.Parser.ParseFrom(answer));
        }
        else
        {
            _refusals[method.Name] = words;
        }

        if (answered != StatusCode.OK || RpcCatalog.Asks(method.Name))
        {
            await UnchangedAsync(world, method, before, answered, $"{words} by {request}");
        }
        else
        {
            _seen = null;
        }
    }

    private static (SpoiledRequest? Request, Spoiler? Spoiler) Spoiled(IMessage request, Random random)
    {
        var copy = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
        switch (random.Next(3))
        {
            case 0 when Applicable(copy) is { Count: > 0 } all:
                var spoiler = all[random.Next(all.Count)];
                spoiler.Spoil(copy);
                return (new SpoiledRequest(copy, spoiler.What), spoiler);
            case 1 when Extremes.Apply(copy, random) is { } what:
                return (new SpoiledRequest(copy, what), null);
            default:
                return (null, null);
        }
    }

    // Who only looks for an id need not measure it first.
    private static bool IsUnknownId(StatusCode status, Spoiler spoiler) =>
        status == StatusCode.NotFound && spoiler.What.EndsWith("characters", StringComparison.Ordinal);

    private static List<Spoiler> Applicable(IMessage request) =>
        request switch
        {
            // These name the namespace that they are about, or can be about all.
            RegisterNamespaceRequest or ListSearchAttributesRequest or DescribeNamespaceRequest => [],

            // Their request ids are younger than the server that ours is like.
            PauseActivityRequest =>
            [
                .. Spoiler.Of(request).Where(spoiler => !spoiler.What.StartsWith("request_id", StringComparison.Ordinal)),
            ],
            _ => [.. Spoiler.Of(request)],
        };

    private async Task UnchangedAsync(RpcWorld world, MethodDescriptor method, RpcDigest before, StatusCode status, string what)
    {
        if (RpcCatalog.MayChangeRefused(method.Name))
        {
            _seen = null;
            return;
        }

        // What only asks, and what is not there, is looked at now and then.
        if ((RpcCatalog.Asks(method.Name) || status == StatusCode.Unimplemented) && _sent % 4 > 0)
        {
            return;
        }

        // What was given up a moment ago may only now be carried out.
        var late = _givenUp;
        _givenUp = false;
        var after = _seen = await world.DigestAsync();
        if (!late && before.DiffersFrom(after))
        {
            _faults.Add($"{method.Name} ({status} {what}) changed\n{before.Seen}\nto\n{after.Seen}");
        }
    }

    /// <summary>Notes an answer, and what is wrong with it whatever was asked.</summary>
    private void Judge(string method, StatusCode status, string message, string what)
    {
        _sent++;
        var before = _answers[method];
        var fault =
            ServerFaults.Contains(status) ? "a fault of the server"
            : status == StatusCode.DeadlineExceeded && !RpcCatalog.Waits(method) ? "it waited"
            : status is not (StatusCode.OK or StatusCode.DeadlineExceeded) && message.Length == 0 ? "refused without words"
            : status == StatusCode.Unimplemented && before.ContainsKey(StatusCode.OK) ? "now there and now not"
            : null;
        before[status] = before.GetValueOrDefault(status) + 1;
        _givenUp |= status == StatusCode.DeadlineExceeded;
        if (fault is not null)
        {
            _faults.Add($"{method}: {fault}: {status} {message} for {what}\n{_log.Take()}");
        }
    }

    private static Task<(StatusCode Status, string Message, byte[] Answer)> SendAsync(
        TestServer server,
        MethodDescriptor method,
        IMessage request,
        bool isRefusedAtOnce
    ) =>
        server.TryAsync(
            request,
            isRefusedAtOnce ? Patience
                : RpcCatalog.Polls(method.Name) ? PollPatience
                : RpcCatalog.Waits(method.Name) ? WaitPatience
                : Patience,
            $"/{method.Service.FullName}/{method.Name}"
        );

    private sealed record SpoiledRequest(IMessage Request, string What);
}
