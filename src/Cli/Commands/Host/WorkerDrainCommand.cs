using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.App.Programs;
using Orchestrator.Client;
using Orchestrator.Runs.Tasks.Transfer;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>worker drain</c>: prepares the shared runs of this machine to be taken over by other machines. All data that other machines need is
/// pushed first.
/// </summary>
internal sealed class WorkerDrainCommand : CliCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Time limit for saving the work of agents. An agent that ignores signals is killed after ten seconds, and its work is saved
    /// afterward.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private const int MostPushes = 5;
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _yes = GlobalOptions.Yes();

    public WorkerDrainCommand()
        : base("drain", "Hand over this machine's shared runs to other machines, where their interrupted agents continue")
    {
        _engine.AddTo(this);
        Add(_yes);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var settings = RepositoryTrustPrompt
            .RequireTrust(context, context.OpenSettings(repository, _engine.Flags(parsed)), parsed.GetValue(_yes))
            .Settings!;
        if (settings.Temporal.Address is null)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "The runs here use the embedded engine, which other machines can't reach.",
                "Shared runs need a Temporal server: see docs/how-to/machines.md."
            );
        }
        var here = await OrphanedProcessStopper.ReferenceOfAsync(repository, context.Services);
        await using var engine = await EngineConnection.ConnectAsync(settings.Temporal, context, NullLoggerFactory.Instance, stop);
        var open = new List<RunStatus>();
        await foreach (var id in engine.Runs.ListOpenAsync(stop))
        {
            var status = await engine.Runs.Get(id).StatusAsync(stop);
            if (status.Queue == here.Queue || status.Queue == QueueNames.ForLeaving(context.Machine, here.Key))
            {
                open.Add(status);
            }
        }
        var kept = await Task.WhenAll(open.Select(run => DrainRunAsync(run, here, engine, context, stop)));
        if (open.Count == 0)
        {
            context.Terminal.Inform($"This machine ({context.Machine}) owns no run that another machine could take over.");
        }
        return kept.All(isGone => isGone) ? UseCaseOutcome.Done : UseCaseOutcome.WorkFailed;
    }

    /// <summary>Prepares one run to be taken over by another machine. If this fails, prints the reason.</summary>
    /// <returns>True if the run was drained.</returns>
    private static async Task<bool> DrainRunAsync(
        RunStatus status,
        RepositoryReference here,
        EngineConnection engine,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var (id, run) = (status.RunId, engine.Runs.Get(status.RunId));
        if (GitRemoteRunStateExchanger.WipOf(id, here)?.Remote is not { } remote)
        {
            context.Terminal.Inform($"{id} stays here. Other machines can't continue it, because wip.remote was not set when it started.");
            return false;
        }
        await run.MoveAsync(To(QueueNames.ForLeaving(context.Machine, here.Key), "on its way"), stop);
        var began = context.Time.GetTimestamp();
        while (await RunStallDetector.IsAtWorkAsync(engine.Client, id, context.Machine, stop))
        {
            if (context.Time.GetElapsedTime(began) > Patience)
            {
                return await KeepAsync($"its steps here did not end within {Plural.Of((int)Patience.TotalSeconds, "second")}");
            }
            await Task.Delay(Pause, context.Time, stop);
        }
        var problem = await PushAsync(id, here, remote, context, stop);
        if (problem.Length > 0)
        {
            return await KeepAsync(problem);
        }
        await run.MoveAsync(To(QueueNames.ForLeft(context.Machine, here.Key), "any machine"), stop);
        context.Terminal.Inform(
            $"{id} was handed over. To continue it, start a worker with --take-over, or run 'orchestrate move {id}' on another machine."
        );
        return true;

        MoveRunArguments To(string queue, string name) => Signed(here with { Queue = queue, Host = name });

        MoveRunArguments Signed(RepositoryReference to) =>
            context.Sign(id, WorkflowMessageNames.Move, new MoveRunArguments(to, context.Person));

        async Task<bool> KeepAsync(string why)
        {
            await run.MoveAsync(Signed(here), stop);
            context.Terminal.Inform($"{id} stays on this machine: {why.TrimEnd('.')}.");
            return false;
        }
    }

    private static async Task<string> PushAsync(
        string runId,
        RepositoryReference here,
        string remote,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        for (var push = 1; ; push++)
        {
            var outcome = await new GitRemoteRunStateExchanger(context.Services).PushAsync(runId, here, remote, takesOver: false, stop);
            if (outcome is { IsFenced: false, Problem.Length: 0 })
            {
                return "";
            }
            if (push == MostPushes)
            {
                return outcome.IsFenced ? "another machine has pushed the run" : outcome.Problem;
            }
            // The local worker may be pushing the run at the same time, so this method waits and retries.
            await Task.Delay(Pause, context.Time, stop);
        }
    }
}
