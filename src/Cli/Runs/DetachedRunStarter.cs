using Orchestrator.Settings;

namespace Orchestrator.Cli.Runs;

/// <summary>Implements <c>--detach</c>, which continues a run in a background process with the same command line.</summary>
/// <param name="runId">Id of the run.</param>
/// <param name="repository">The repository.</param>
/// <param name="engine">Options with which the background process selects the engine.</param>
/// <param name="context">Folder and terminal.</param>
internal sealed class DetachedRunStarter(
    string runId,
    LocalRepositoryPaths repository,
    IReadOnlyList<string> engine,
    CliCommandServiceBundle context
)
{
    /// <summary>
    /// Option that makes the background process ask for approval of a plan made by a planner, even if other questions are answered in
    /// advance.
    /// </summary>
    public const string AskPlan = "--ask-plan";

    /// <summary>
    /// Option that tells the background process that the preflight for an unattended run is already complete, so its questions are
    /// answered.
    /// </summary>
    public const string Begun = "--evening-done";

    private BackgroundRun Background => new(runId, repository, context) { Engine = engine };

    /// <summary>Additional options for the background process.</summary>
    public IReadOnlyList<string> More { get; init; } = [];

    /// <summary>
    /// Starts the run in a background process with the same command line. Returns once the preflight and the plan's approval are complete.
    /// If the plan needs approval, asks the user at the terminal.
    /// </summary>
    /// <param name="agreed">True if a user has approved all questions so far.</param>
    /// <param name="askPlan">True if the plan that a planner will make needs approval.</param>
    /// <param name="settings">The run's settings.</param>
    /// <param name="stop">Cancels the wait. The run continues.</param>
    /// <returns>The exit code. Success if the run is executing; otherwise, the reason why not.</returns>
    public async Task<UseCaseOutcome> StartAsync(bool agreed, bool askPlan, OrchestratorSettings settings, CancellationToken stop)
    {
        var own = context.Words.TakeWhile(word => word != "--").Where(word => word is not ("--detach" or "-d" or "--yes" or "-y")).ToList();
        const string Id = BackgroundRun.RunIdOption;
        var named = own.Exists(argument => argument == Id || argument.StartsWith(Id + "=", StringComparison.Ordinal));
        string[] more =
        [
            .. named ? Array.Empty<string>() : [Id, runId],
            .. agreed ? ["--yes"] : Array.Empty<string>(),
            "--no-progress",
            .. askPlan ? [AskPlan] : Array.Empty<string>(),
            .. More,
            .. own.Exists(IsFolder) ? Array.Empty<string>() : [GlobalOptions.WorkingDirectoryName, context.Directory],
        ];
        var result = await Background.StartAsync([.. own, .. more, .. context.Words.SkipWhile(word => word != "--")], stop);
        var code = await ShowAsync(result, context);
        return
            code == UseCaseOutcome.NeedsPerson
            && StoredRun.TryRead(Path.Combine(repository.RunsFolder, runId))?.Status is { } status
            && await new TerminalPlanApprovalDialog(repository, settings, context).AskAsync(status) is { } answer
            ? await DecideAsync(status, answer, settings, stop)
            : code;
    }

    /// <summary>Continues an existing run in a background process.</summary>
    /// <param name="more">Additional arguments of <c>resume</c>.</param>
    /// <param name="stop">Cancels the wait. The run continues.</param>
    public async Task<UseCaseOutcome> ResumeAsync(IReadOnlyList<string> more, CancellationToken stop) =>
        await ShowAsync(await Background.ResumeAsync(more, stop), context);

    /// <summary>Prints the result of starting a background process.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<UseCaseOutcome> ShowAsync(BackgroundRunStartResult result, CliCommandServiceBundle context)
    {
        if (result.Ended is { } status)
        {
            await RunSummary.PrintAsync(status, context, asks: context.Terminal.IsInteractive);
        }
        return result.Outcome;
    }

    private static bool IsFolder(string word) =>
        word.StartsWith("-C", StringComparison.Ordinal) || word.StartsWith(GlobalOptions.WorkingDirectoryName, StringComparison.Ordinal);

    /// <summary>Applies the user's decision on the plan, and then continues the run in the background.</summary>
    private async Task<UseCaseOutcome> DecideAsync(
        RunStatus asked,
        PlanApprovalAnswer answer,
        OrchestratorSettings settings,
        CancellationToken stop
    )
    {
        if (answer is PlanApprovalAnswer.PlanApprovedAnswer)
        {
            return await ResumeAsync(["--approve", RunQuestion.Plan], stop);
        }
        string? next;
        await using (
            var session = await ForegroundRunExecutor.OpenAsync(context, new TerminalPresenter(context), repository, settings, stop)
        )
        {
            var run = session.Runs.Get(runId);
            next = (await new PlanApprovalAnswerApplier(session.Runs, context).ApplyAnswerAsync(run, asked, answer, stop))?.RunId;
            if (next is null)
            {
                return await session.WatchAsync(run, asked.Sequence);
            }
        }
        return await new DetachedRunStarter(next, repository, engine, context).ResumeAsync([], stop);
    }
}
