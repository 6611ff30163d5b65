using Orchestrator.Settings;

namespace Orchestrator.Cli.Runs;

/// <summary><c>--detach</c>: continues a run in a background process, which executes the same command line.</summary>
/// <param name="runId">Id of the run.</param>
/// <param name="repository">The repository.</param>
/// <param name="engine">Options that choose the engine, for the background process.</param>
/// <param name="context">Folder and terminal.</param>
internal sealed class DetachedStart(string runId, RepositoryLocation repository, IReadOnlyList<string> engine, CommandContext context)
{
    /// <summary>Option of the background process: a planner's plan needs approval, although other questions are answered.</summary>
    public const string AskPlan = "--ask-plan";

    /// <summary>Option of the background process: questions that could wake a user at night are answered.</summary>
    public const string Begun = "--evening-done";

    private BackgroundRun Background => new(runId, repository, context) { Engine = engine };

    /// <summary>Further options of the background process.</summary>
    public IReadOnlyList<string> More { get; init; } = [];

    /// <summary>Starts the run with the same command line, and returns when preflight and approval are done. If approval is
    /// needed, the user at the terminal is asked.</summary>
    /// <param name="agreed">True if a user has approved all questions so far.</param>
    /// <param name="askPlan">The plan that is to be made needs approval.</param>
    /// <param name="settings">The run's settings.</param>
    /// <param name="stop">Ends the waiting, not the run.</param>
    /// <returns>The exit code: success when the run works, else the reason.</returns>
    public async Task<Outcome> StartAsync(bool agreed, bool askPlan, OrchestratorSettings settings, CancellationToken stop)
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
            code == Outcome.NeedsPerson
            && StoredRun.TryRead(Path.Combine(repository.RunsFolder, runId))?.Status is { } status
            && await new PlanQuestion(repository, settings, context).AskAsync(status) is { } answer
            ? await DecideAsync(status, answer, settings, stop)
            : code;
    }

    /// <summary>Continues an existing run.</summary>
    /// <param name="more">Further arguments of <c>resume</c>.</param>
    /// <param name="stop">Ends the waiting, not the run.</param>
    public async Task<Outcome> ResumeAsync(IReadOnlyList<string> more, CancellationToken stop) =>
        await ShowAsync(await Background.ResumeAsync(more, stop), context);

    /// <summary>Shows how a background process started or ended.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<Outcome> ShowAsync(BackgroundResult result, CommandContext context)
    {
        if (result.Ended is { } status)
        {
            await RunSummary.SayAsync(status, context, asks: context.Terminal.IsInteractive);
        }
        return result.Outcome;
    }

    private static bool IsFolder(string word) =>
        word.StartsWith("-C", StringComparison.Ordinal) || word.StartsWith(GlobalOptions.WorkingDirectoryName, StringComparison.Ordinal);

    /// <summary>Executes the answer, then continues in the background.</summary>
    private async Task<Outcome> DecideAsync(RunStatus asked, PlanAnswer answer, OrchestratorSettings settings, CancellationToken stop)
    {
        if (answer is PlanAnswer.Approve)
        {
            return await ResumeAsync(["--approve", RunQuestion.Plan], stop);
        }
        string? next;
        await using (var session = await RunSession.OpenAsync(context, new TerminalPresenter(context), repository, settings, stop))
        {
            var run = session.Runs.Get(runId);
            next = (await new PlanDecision(session.Runs, context).CarryOutAsync(run, asked, answer, stop))?.RunId;
            if (next is null)
            {
                return await session.WatchAsync(run, asked.Sequence);
            }
        }
        return await new DetachedStart(next, repository, engine, context).ResumeAsync([], stop);
    }
}
