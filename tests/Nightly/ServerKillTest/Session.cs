using Grpc.Core;
using Orchestrator.ServerKillTest.Load;
using Temporal.Server.Verification;

namespace Orchestrator.ServerKillTest;

/// <summary>The result of a session.</summary>
/// <param name="Crashes">Number of crashes of the server.</param>
/// <param name="Workflows">Workflows that ran.</param>
/// <param name="Acknowledged">Changes the server had acknowledged.</param>
/// <param name="Faults">Violated invariants, or empty if there are none.</param>
internal sealed record SessionResult(int Crashes, int Workflows, int Acknowledged, IReadOnlyList<string> Faults);

/// <summary>A load on one server that dies several times: checked at each death, and against the model at the end.</summary>
/// <param name="victim">The server.</param>
/// <param name="random">Decides over plans and deaths.</param>
/// <param name="patience">Time limit for all workflows to end after the last crash.</param>
internal sealed class Session(IVictim victim, Random random, TimeSpan patience)
{
    private const int Pollers = 3;
    private const int Clients = 12;
    private const int PlansPerCrash = 15;
    private const int GreetingsPerCrash = 2;

    private static readonly TimeSpan AuditPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WorkerPatience = TimeSpan.FromSeconds(3);

    private readonly AccountLedger _ledger = new();
    private readonly List<string> _faults = [];

    /// <summary>Runs the session.</summary>
    /// <param name="crashes">Number of crashes of the server.</param>
    public async Task<SessionResult> RunAsync(int crashes)
    {
        var plans = WorkflowPlan.Row(random, "w", PlansPerCrash * crashes);
        var greetings = Enumerable.Range(0, GreetingsPerCrash * crashes).Select(i => FormattableString.Invariant($"greeting-{i}")).ToList();
        await victim.StartAsync(random);
        using var calls = new ServerCalls(victim.Address);
        using var stop = new CancellationTokenSource();
        var sdk = new SdkLoad(victim.Address, _ledger);
        var workers = Workers(calls, sdk, stop.Token);
        var clients = Task.WhenAll(
            Parallel.ForEachAsync(
                plans,
                new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = stop.Token },
                async (plan, token) => await new ScriptedClient(calls, _ledger).RunAsync(plan, token)
            ),
            Parallel.ForEachAsync(
                greetings,
                new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = stop.Token },
                async (id, token) => await sdk.RunAsync(id, token)
            )
        );
        for (var crash = 0; crash < crashes && _faults.Count == 0; crash++)
        {
            Verify(await victim.CrashAsync(random));
            if (_faults.Count == 0)
            {
                await victim.StartAsync(random);
            }
        }

        var audit = new Audit(calls, plans, greetings, _ledger);
        if (_faults.Count == 0)
        {
            await EndAsync(clients, audit, stop.Token);
        }
        await stop.CancelAsync();
        await Quietly(clients);

        // A worker whose server is gone for good takes long to say goodbye to it.
        await Task.WhenAny(Quietly(Task.WhenAll(workers)), Task.Delay(WorkerPatience));
        if (_faults.Count == 0)
        {
            Verify(await victim.StopAsync());
        }
        return new SessionResult(crashes, plans.Count + greetings.Count, _ledger.Count, [.. _faults, .. _ledger.Faults]);
    }

    private List<Task> Workers(ServerCalls calls, SdkLoad sdk, CancellationToken stop)
    {
        var worker = new ScriptedWorker(calls, _ledger);
        return
        [
            Task.Run(() => sdk.WorkAsync(stop), CancellationToken.None),
            .. Enumerable.Range(0, Pollers).SelectMany(_ => new[] { worker.DecideAsync(stop), worker.ActAsync(stop) }),
        ];
    }

    /// <summary>No more crashes: everything must come to its end, and be as the model says.</summary>
    private async Task EndAsync(Task clients, Audit audit, CancellationToken stop)
    {
        // A server that was to die of itself is still there to do so: a fresh one is not.
        Verify(await victim.CrashAsync(random));
        if (_faults.Count > 0)
        {
            return;
        }
        await victim.StartAsync(new NeverDies());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(patience);
        try
        {
            await clients.WaitAsync(limit.Token);
            await audit.UntilAllClosedAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _faults.Add($"not everything ended within {patience}");
        }

        using var auditLimit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        auditLimit.CancelAfter(AuditPatience);
        try
        {
            _faults.AddRange(await audit.CheckAsync(auditLimit.Token));
        }
        catch (OperationCanceledException)
        {
            _faults.Add($"the runs could not be read within {AuditPatience}");
        }
        catch (RpcException unreadable)
        {
            _faults.Add("lost: the runs can't be read: " + unreadable.Message);
        }
    }

    private void Verify(string file)
    {
        try
        {
            _faults.AddRange(EngineDatabaseVerifier.Verify(file).Faults.Select(fault => fault.ToString()));
        }
        catch (InvalidOperationException) when (_ledger.Count == 0)
        {
            // It died while it made the file.
        }
        catch (InvalidOperationException lost)
        {
            _faults.Add("the file is lost: " + lost.Message);
        }
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // That is how it was asked to end.
        }
    }

    /// <summary>Chooses no death for a server.</summary>
    private sealed class NeverDies : Random
    {
        public override int Next(int maxValue) => maxValue - 1;
    }
}
