using Orchestrator.Client;
using Orchestrator.Runs.Tasks.Transfer;

namespace Orchestrator.App.Sharing;

/// <summary>
/// Hands shared runs of this machine over to other machines. All data that another machine needs is pushed before the run leaves.
/// </summary>
/// <param name="here">Reference by which this machine serves the repository.</param>
/// <param name="engine">Connection to the Temporal server of the runs.</param>
/// <param name="context">Signs the moves, and notifies the user of their results.</param>
public sealed class RunDrainer(RepositoryReference here, EngineConnection engine, UseCaseServiceBundle context)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Time limit for saving the work of agents. An agent that ignores signals is killed after ten seconds, and its work is saved
    /// afterward.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private const int MostPushes = 5;

    /// <summary>Prepares all open runs of this machine to be taken over. If a run can't leave, notifies the user of the reason.</summary>
    /// <returns>For each run, true if it was handed over. Empty if this machine owns no open run.</returns>
    public async Task<IReadOnlyList<bool>> DrainAsync(CancellationToken stop)
    {
        var open = new List<RunStatus>();
        await foreach (var id in engine.Runs.ListOpenAsync(stop))
        {
            var status = await engine.Runs.Get(id).StatusAsync(stop);
            if (status.Queue == here.Queue || status.Queue == QueueNames.ForLeaving(context.Machine, here.Key))
            {
                open.Add(status);
            }
        }
        return await Task.WhenAll(open.Select(run => DrainRunAsync(run.RunId, stop)));
    }

    private async Task<bool> DrainRunAsync(string id, CancellationToken stop)
    {
        var run = engine.Runs.Get(id);
        if (GitRemoteRunStateExchanger.WipOf(id, here)?.Remote is not { } remote)
        {
            context.Interaction.Inform(
                $"{id} stays here. Other machines can't continue it, because wip.remote was not set when it started."
            );
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
        var problem = await PushAsync(id, remote, stop);
        if (problem.Length > 0)
        {
            return await KeepAsync(problem);
        }
        await run.MoveAsync(To(QueueNames.ForLeft(context.Machine, here.Key), "any machine"), stop);
        context.Interaction.Inform(
            $"{id} was handed over. To continue it, start a worker with --take-over, or run 'orchestrate move {id}' on another machine."
        );
        return true;

        MoveRunArguments To(string queue, string name) => Signed(here with { Queue = queue, Host = name });

        MoveRunArguments Signed(RepositoryReference to) =>
            context.Sign(id, WorkflowMessageNames.Move, new MoveRunArguments(to, context.Person));

        async Task<bool> KeepAsync(string why)
        {
            await run.MoveAsync(Signed(here), stop);
            context.Interaction.Inform($"{id} stays on this machine: {why.TrimEnd('.')}.");
            return false;
        }
    }

    private async Task<string> PushAsync(string runId, string remote, CancellationToken stop)
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
