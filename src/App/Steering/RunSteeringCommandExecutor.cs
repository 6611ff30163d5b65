using Orchestrator.Runs.Merging.Landing;

namespace Orchestrator.App.Steering;

/// <summary>Executes commands of <see cref="SteeringCatalog"/> on a run.</summary>
/// <param name="run">The run.</param>
/// <param name="flags">Command-line options that determine the engine.</param>
/// <param name="context">Provides user interaction, the clock and the current folder.</param>
public sealed class RunSteeringCommandExecutor(StoredRun run, IReadOnlyList<SettingOverride> flags, UseCaseServiceBundle context)
{
    /// <summary>True to answer all questions with yes.</summary>
    public bool Yes { get; init; }

    /// <summary>
    /// True to land even if the staging branch no longer contains some of the run's changes (lost changes). The report lists these changes.
    /// </summary>
    public bool AcceptsLosses { get; init; }

    /// <summary>Continues the run if no worker is executing it, so that a stored command is applied.</summary>
    public required Func<StoredRun, SteeringMessage, Task<UseCaseOutcome>> Unserved { get; init; }

    /// <summary>Executes a command on the run and shows the run's answer.</summary>
    /// <param name="definition">The command.</param>
    /// <param name="input">Arguments of the command.</param>
    /// <param name="stop">Cancels the wait. A command that was already sent is not revoked.</param>
    /// <exception cref="UseCaseException">An argument is invalid, or the run refuses the command.</exception>
    public async Task<UseCaseOutcome> SteerAsync(
        SteeringCommandDefinition definition,
        SteeringCommandUserInput input,
        CancellationToken stop
    )
    {
        if (definition.FaultOf(input) is var (fault, cure))
        {
            throw new UseCaseException(UseCaseOutcome.Usage, fault, cure);
        }
        await RefuseUnknownTargetAsync(input.Text(SteeringCatalog.Target), stop);
        return definition.Withdraws(input)
                ? await new RunAborter(context, stop).RunAsync(run, Yes, () => SendAsync(run, definition, input, stop))
            : definition.Lands ? await LandAsync(definition, input, stop)
            : await SendAsync(run, definition, input, stop);
    }

    /// <summary>
    /// Sends a command that lands the run's work, or that checks the work before landing. If lost changes prevent the landing, the user can
    /// accept them with <see cref="AcceptsLosses"/> or when asked.
    /// </summary>
    private async Task<UseCaseOutcome> LandAsync(
        SteeringCommandDefinition definition,
        SteeringCommandUserInput input,
        CancellationToken stop
    )
    {
        if (AcceptsLosses)
        {
            await AcceptLossesAsync(run, asks: false, stop);
        }
        var outcome = await SendAsync(run, definition, input, stop);
        var now = run.Reload();
        return
            outcome != UseCaseOutcome.Done
            && !RunStateNames.IsFinal(now.Status.State)
            && await AcceptLossesAsync(now, asks: !AcceptsLosses, stop)
            ? await SendAsync(now, definition, input, stop)
            : outcome;
    }

    private async Task<UseCaseOutcome> SendAsync(
        StoredRun current,
        SteeringCommandDefinition definition,
        SteeringCommandUserInput input,
        CancellationToken stop
    )
    {
        var call = definition.Call(Answering(current, definition, input), current.Status);
        return await new RunSteeringCommandSender(current, flags, context).SendAsync(call, stop) ?? await Unserved(current, call);
    }

    /// <summary>
    /// Shows the user the question that a command answers, and binds the answer to that question. Otherwise the answer could apply to a
    /// newer question, or to a question that was changed in the run's files.
    /// </summary>
    private SteeringCommandUserInput Answering(StoredRun current, SteeringCommandDefinition definition, SteeringCommandUserInput input)
    {
        if (RunQuestion.First(current.Status.Questions, definition.Questions(input)) is not { } question)
        {
            return input;
        }
        context.Interaction.Inform($"Answering the run's question: {question.Question}");
        return input with { Shown = question.Shown };
    }

    private async Task RefuseUnknownTargetAsync(string branch, CancellationToken stop)
    {
        if (
            branch.Length > 0
            && await TargetBranchValidator.FindProblemAsync(context.RequireRepository().Root, branch, context.Services, stop) is { } problem
        )
        {
            throw new UseCaseException(UseCaseOutcome.Usage, problem, "git branch --list");
        }
    }

    /// <summary>Accepts the lost changes that the run reported, if the user agrees.</summary>
    /// <returns>True if lost changes were accepted. False if there are none, or if the user did not agree.</returns>
    private async Task<bool> AcceptLossesAsync(StoredRun current, bool asks, CancellationToken stop)
    {
        var (status, repository) = (current.Status, context.RequireRepository().Root);
        if (
            await LostChangeAcceptance.FindAsync(current.LossesFile(isJson: true), status, repository, context.Services, stop)
                is not { } lost
            || (asks && context.Interaction.Ask($"{status.Staging} lacks the changes listed above. Land it anyway?") is not true)
            || !await LostChangeAcceptance.AcceptAsync(lost, status, context.Person, repository, context.Services, stop)
        )
        {
            return false;
        }
        foreach (var place in lost.Places)
        {
            context.Interaction.Inform(new UntrustedText($"accepted as lost: {place}"));
        }
        return true;
    }
}
