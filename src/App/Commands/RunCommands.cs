namespace Orchestrator.App.Commands;

/// <summary>Executes commands that change the runs of a repository, for callers without a terminal.</summary>
/// <param name="caller">Context that provides the clock, the environment variables and the platform.</param>
/// <param name="directory">Absolute path of the repository.</param>
/// <param name="device">Name of the user's device, which is recorded with decisions, or null for the terminal of this machine.</param>
public sealed class RunCommands(UseCaseServiceBundle caller, string directory, string? device = null) : IRunCommands
{
    private static readonly TimeSpan CarriedOutWithin = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public Task<RunControlResult> SteerAsync(
        SteeringCommandDefinition definition,
        SteeringRequest request,
        CancellationToken cancellationToken
    ) =>
        CallAsync(async context =>
        {
            var (run, task) = Find(definition, request, context);
            var input = new SteeringCommandUserInput(context.Person, task) { Values = request.Values };
            foreach (var other in request.WithDependants && task is not null ? TaskDependants.Of(run.Status, task) : [])
            {
                var call = definition.Call(input with { Task = other }, run.Status);
                await new RunSteeringCommandSender(run, [], context).SendAsync(call, cancellationToken);
            }
            var steering = new RunSteeringCommandExecutor(run, [], context)
            {
                AcceptsLosses = request.AcceptsLosses,
                Yes = request.Confirmed,
                Unserved = (current, call) => ContinueAsync(current, call, context, cancellationToken),
            };
            return await steering.SteerAsync(definition, input, cancellationToken);
        });

    /// <inheritdoc/>
    public async Task<RunControlResult> StartAsync(BackgroundRunRequest start, CancellationToken cancellationToken)
    {
        string? started = null;
        var result = await CallAsync(async context =>
        {
            var (runId, outcome) = await new BackgroundRunStarter(context).StartAsync(start, cancellationToken);
            started = runId;
            return outcome;
        });
        return result with { RunId = started };
    }

    /// <inheritdoc/>
    public Task<RunControlResult> SendMailAsync(string run, string? task, string text, CancellationToken cancellationToken) =>
        CallAsync(async context =>
        {
            var (stored, reference) = RunReference.Require(context.RequireRepository(), task is null ? run : $"{run}/{task}");
            await AgentMailSender.SendAsync(
                task is null ? null : reference.RequireTask(stored.Status),
                stored,
                text,
                context,
                cancellationToken
            );
            return UseCaseOutcome.Done;
        });

    /// <inheritdoc/>
    public Task<RunControlResult> HoldAsync(string run, string reason, CancellationToken cancellationToken) =>
        CallAsync(async context =>
        {
            var repository = context.RequireRepository();
            var stored = StoredRunFinder.RequireOpen(repository, run);
            var hold = await new AgentStartHoldManager(context).HoldAsync(stored.Id, repository.Root, reason, cancellationToken);
            context.Interaction.Inform(AgentStartHoldManager.Describe(hold));
            return UseCaseOutcome.Done;
        });

    /// <inheritdoc/>
    public Task<RunControlResult> ReleaseAsync(string run, CancellationToken cancellationToken) =>
        CallAsync(async context =>
        {
            var repository = context.RequireRepository();
            var stored = StoredRunFinder.Require(repository, run);
            var released = await new AgentStartHoldManager(context).ReleaseAsync(stored.Id, repository.Root, cancellationToken);
            foreach (var hold in released)
            {
                context.Interaction.Inform(AgentStartHoldManager.DescribeReleased(hold));
            }
            return released.Count > 0
                ? UseCaseOutcome.Done
                : throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"{stored.Id} itself is not held.",
                    "'orchestrate release' lists other holds."
                );
        });

    /// <inheritdoc/>
    public Task<RunControlResult> OpenPullRequestsAsync(string run, CancellationToken cancellationToken) =>
        CallAsync(async context =>
        {
            var stored = RunReference.RequireRun(RunReference.Require(context.RequireRepository(), run));
            var results = await RunPullRequestOpener.OpenAsync(stored, task: null, context, cancellationToken);
            foreach (var result in results)
            {
                context.Interaction.Inform(result.Message);
            }
            return RunPullRequestOpener.OutcomeOf(results);
        });

    /// <inheritdoc/>
    public Task<RunControlResult> CleanUpAsync(CancellationToken cancellationToken) =>
        CallAsync(async context =>
        {
            if (await new EndedRunCleaner(context, []).RunAsync(new CleanupOptions(), cancellationToken) is not { } result)
            {
                return UseCaseOutcome.NeedsPerson;
            }
            foreach (var line in CleanupResultFormatter.Of(result))
            {
                context.Interaction.Inform(line);
            }
            return UseCaseOutcome.Done;
        });

    private static (StoredRun Run, string? Task) Find(
        SteeringCommandDefinition definition,
        SteeringRequest request,
        UseCaseServiceBundle context
    )
    {
        var repository = context.RequireRepository();
        if (definition.Targets == SteeringTargetKinds.Question)
        {
            return QuestionReference.Require(repository, request.Task is null ? request.Run : $"{request.Run}/{request.Task}");
        }
        var run = definition.AcceptsEnded
            ? StoredRunFinder.Require(repository, request.Run)
            : StoredRunFinder.RequireOpen(repository, request.Run);
        var task = request.Task is null ? null : new RunReference(run.Id, request.Task).RequireTask(run.Status);
        return (run, task);
    }

    /// <summary>
    /// Continues a run in a background process if no worker serves it. The background process then executes the stored command.
    /// </summary>
    private static async Task<UseCaseOutcome> ContinueAsync(
        StoredRun run,
        SteeringMessage call,
        UseCaseServiceBundle context,
        CancellationToken stop
    )
    {
        var repository = context.RequireRepository();
        RepositoryTrustPrompt.RequireTrust(context, context.OpenSettings(repository, [], run.Id), yes: false, run.Id);
        using var limit = new CancellationTokenSource(CarriedOutWithin, context.Time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            var result = await new BackgroundRun(run.Id, repository, context).ResumeAsync([], waiting.Token, call.Reached);
            return result.Ended is { } ended && call.Reached?.Invoke(ended) == true ? UseCaseOutcome.Done : result.Outcome;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return UseCaseOutcome.Resumable;
        }
    }

    private async Task<RunControlResult> CallAsync(Func<UseCaseServiceBundle, Task<UseCaseOutcome>> act)
    {
        // The rest runs on a thread of the pool, so that the command does not block the caller's thread.
        await Task.Yield();
        var interaction = new RecordedInteraction();
        try
        {
            return new RunControlResult(
                await act(NonInteractiveUseCaseServiceBundle.In(directory, caller, interaction, device)),
                interaction.Text
            );
        }
        catch (Exception fault) when (UseCaseExceptionConverter.Of(fault) is { } known)
        {
            return new RunControlResult(known.Outcome, interaction.Text) { Fault = known };
        }
    }
}
