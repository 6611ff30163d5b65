using System.Diagnostics;
using Orchestrator.Conformance.Comparison;
using Orchestrator.Conformance.Wire;

namespace Orchestrator.Conformance.Scenarios;

/// <summary>The result of one scenario, which passed if there are no differences.</summary>
internal sealed record ScenarioResult(string Name, TimeSpan Elapsed, IReadOnlyList<Difference> Differences)
{
    public bool Passed => Differences.Count == 0;
}

/// <summary>Runs scenarios against one server in a namespace of its own.</summary>
internal sealed class Suite : IDisposable
{
    // It counts over the whole namespace and was recorded in one that had no run of commands/upsert-system-attribute, so it comes first.
    private const string CountsAll = "visibility/unknown-names";

    private readonly RpcCaller _rpc;
    private readonly string _namespace;

    private Suite(RpcCaller rpc, string ns) => (_rpc, _namespace) = (rpc, ns);

    /// <summary>Registers a fresh namespace by the steps of the set-up, each of which must succeed.</summary>
    public static async Task<Suite> SetUpAsync(string address, CancellationToken cancellationToken)
    {
        var rpc = new RpcCaller(address);
        var variables = new Variables($"setup-{Variables.Hex(5)}", $"conf-{Variables.Hex(5)}");
        await new ScenarioRun(ScenarioLibrary.SetUp, rpc, variables, []).ExecuteAsync(
            (number, step, answer) =>
            {
                if ((string)answer["status"]! != "OK")
                {
                    throw new ScriptException($"set-up step {number} ({step["call"]}): {answer["status"]} {answer["message"]}");
                }
            },
            cancellationToken
        );
        return new Suite(rpc, variables.Namespace);
    }

    /// <summary>Runs all, some at a time; those that failed are run again, alone, and counted as retried.</summary>
    public async Task<SuiteResult> RunAsync(
        IReadOnlyList<Scenario> scenarios,
        int parallel,
        bool retry,
        Action<ScenarioResult> onResult,
        CancellationToken cancellationToken
    )
    {
        var results = new List<ScenarioResult>();
        foreach (var scenario in scenarios.Where(scenario => scenario.Name == CountsAll))
        {
            results.Add(await CheckAsync(scenario, cancellationToken));
            onResult(results[^1]);
        }

        var queue = new ScenarioQueue(scenarios.Where(scenario => scenario.Name != CountsAll));
        await Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => WorkAsync()));
        if (!retry)
        {
            return new SuiteResult(results, []);
        }

        var again = results.Where(result => !result.Passed).Select(result => result.Name).ToList();
        foreach (var scenario in scenarios.Where(scenario => again.Contains(scenario.Name)))
        {
            var result = await CheckAsync(scenario, cancellationToken);
            results.RemoveAll(other => other.Name == result.Name);
            results.Add(result);
        }

        return new SuiteResult(results, [.. again.Where(name => results.Exists(result => result.Name == name && result.Passed))]);

        async Task WorkAsync()
        {
            while (await queue.TakeAsync(cancellationToken) is { } scenario)
            {
                var result = await CheckAsync(scenario, cancellationToken);
                queue.Release(scenario);
                lock (results)
                {
                    results.Add(result);
                    onResult(result);
                }
            }
        }
    }

    public void Dispose() => _rpc.Dispose();

    private async Task<ScenarioResult> CheckAsync(Scenario scenario, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var symbols = new Symbols();
        var differences = new List<Difference>();
        try
        {
            await new ScenarioRun(scenario, _rpc, Variables.For(scenario, _namespace), ScenarioLibrary.IgnoredBy(scenario)).ExecuteAsync(
                (number, step, answer) =>
                {
                    if (step["expect"] is { } expected)
                    {
                        differences.AddRange(AnswerComparer.Compare(number, expected.AsObject(), answer, symbols));
                    }
                },
                cancellationToken
            );
        }
        catch (ScriptException e)
        {
            differences.Add(new Difference(0, "script", "to run through", e.Message));
        }

        return new ScenarioResult(scenario.Name, watch.Elapsed, differences);
    }
}

/// <summary>All results of a run, and the names of those that passed only when run again alone.</summary>
internal sealed record SuiteResult(IReadOnlyList<ScenarioResult> Results, IReadOnlyList<string> Retried)
{
    /// <summary>One line per area, <c>area: N passed, N failed</c>, then the sum.</summary>
    public IEnumerable<string> Summary()
    {
        foreach (
            var area in Results
                .GroupBy(result => result.Name[..result.Name.IndexOf('/', StringComparison.Ordinal)])
                .OrderBy(area => area.Key, StringComparer.Ordinal)
        )
        {
            yield return $"{area.Key}: {Line([.. area])}";
        }

        yield return Line(Results);
    }

    private static string Line(IReadOnlyCollection<ScenarioResult> results)
    {
        var failed = results.Count(result => !result.Passed);
        return $"{results.Count - failed} passed, {failed} failed";
    }
}
