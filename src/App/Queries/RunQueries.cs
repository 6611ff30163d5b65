using System.Globalization;
using Orchestrator.App.Cleaning;
using Orchestrator.App.Conversations;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Queries;

/// <summary>Answers queries about the repository of a use case.</summary>
/// <param name="context">Provides the folder, clock and settings.</param>
/// <param name="flags">Command-line options that set a setting, such as the address of the engine.</param>
public sealed class RunQueries(UseCaseServiceBundle context, params IReadOnlyList<SettingOverride> flags) : IRunQueries
{
    /// <summary>Maximum number of lines that <see cref="GateLogAsync"/> returns.</summary>
    public const int LongestGateLog = 200_000;

    private const long LongestLog = 16 * 1024 * 1024;
    private const int LongestPage = 10_000;

    /// <summary>Returns queries about another repository, for a caller without a terminal.</summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="caller">Provides the clock and the variables.</param>
    public static RunQueries In(string root, UseCaseServiceBundle caller) => new(NonInteractiveUseCaseServiceBundle.In(root, caller));

    /// <inheritdoc/>
    public async Task<RunStatus> RunAsync(string? run, CancellationToken cancellationToken) =>
        WithActivity(await ObserveAsync(RequireRun(run), cancellationToken));

    /// <summary>Returns the current state of a run, from its record, its engine and its budgets.</summary>
    public async Task<StoredRun> ObserveAsync(StoredRun run, CancellationToken cancellationToken)
    {
        var repository = context.RequireRepository();
        return RunStateResolver.WithBudgets(
            await RunStateResolver.OfAsync(run, repository, context, cancellationToken),
            repository,
            context
        );
    }

    /// <summary>Returns the status of a run with the current action of each agent.</summary>
    public RunStatus WithActivity(StoredRun run) => AgentActionReader.WithActivity(run.Folder, run.Status, context.Environment);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunEvent>> EventsAsync(string? run, int? limit, CancellationToken cancellationToken) =>
        await RunEventTimeline
            .FollowAsync(RequireRun(run), static () => true, context.Time, cancellationToken, limit)
            .Select(line => line.Happened)
            .ToListAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<EventsDocument> EventPageAsync(string run, int after, int limit)
    {
        var stored = RequireRun(run);
        RequirePage(after, limit, LongestPage);
        // One additional event is read to find out whether another page follows.
        RunEvent[] events =
        [
            .. EventFile.ReadLines(stored.EventsFile).Select(EventFile.Parse).Where(happened => happened.Sequence > after).Take(limit + 1),
        ];
        var next = events.Length > limit ? events[limit - 1].Sequence.ToString(CultureInfo.InvariantCulture) : null;
        return Task.FromResult(new EventsDocument(stored.Id, [.. events.Take(limit)], next));
    }

    /// <inheritdoc/>
    public Task<GatesDocument> GatesAsync(string run)
    {
        var stored = RequireRun(run);
        return Task.FromResult(new GatesDocument(stored.Id, new GateResultReader(stored, context.RequireRepository()).All()));
    }

    /// <inheritdoc/>
    public Task<GateLogDocument> GateLogAsync(string run, string gate, int after, int limit)
    {
        RequirePage(after, limit, LongestGateLog);
        return Task.FromResult(new GateResultReader(RequireRun(run), context.RequireRepository()).Log(gate, after, limit));
    }

    private static void RequirePage(int after, int limit, int longest)
    {
        if (after < 0 || limit < 1 || limit > longest)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                after < 0 ? $"'{after}' is not a cursor." : $"A page has from 1 to {Plural.Of(longest, "entry", "entries")}, not {limit}.",
                "Use the cursor in 'next' of the previous page."
            );
        }
    }

    /// <inheritdoc/>
    public async Task<TaskDocument> TaskAsync(string task, CancellationToken cancellationToken)
    {
        var (stored, reference) = RunReference.Require(context.RequireRepository(), task);
        var found = await ObserveAsync(stored, cancellationToken);
        var run = found with { Status = AgentActionReader.WithMail(found.Folder, found.Status) };
        return TaskDocumentReader.Of(run, reference.RequireTask(run.Status));
    }

    /// <inheritdoc/>
    public Task<AgentLogDocument> LogAsync(string? task, int? start, CancellationToken cancellationToken)
    {
        var (run, reference) = RunReference.Require(context.RequireRepository(), task);
        return LogAsync(run, reference, start, cancellationToken);
    }

    /// <summary>Returns the log of an agent run.</summary>
    public async Task<AgentLogDocument> LogAsync(StoredRun run, RunReference reference, int? start, CancellationToken cancellationToken)
    {
        var folder = AgentLogFolder.Require(run, reference, start);
        var lines = new Queue<string>();
        var (size, leftOut) = (0L, 0);
        await foreach (var line in AgentLogFormatter.ReadAsync(folder.Path, follow: false, context.Time, cancellationToken))
        {
            lines.Enqueue(line);
            size += line.Length;
            while (size > LongestLog && lines.Count > 1)
            {
                size -= lines.Dequeue().Length;
                leftOut++;
            }
        }
        return new AgentLogDocument(run.Id, folder.Task, folder.Number, [.. lines]) { LeftOut = leftOut, First = leftOut + 1 };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<GateResultLine>> GateRunsAsync(string? run, CancellationToken cancellationToken)
    {
        var stored = await ObserveAsync(RequireRun(run), cancellationToken);
        return new GateResultReader(stored, context.RequireRepository()).AllInPlanOrder();
    }

    /// <inheritdoc/>
    public Task<Plan> PlanOfAsync(string? run, CancellationToken cancellationToken)
    {
        var stored = RequireRun(run);
        try
        {
            var files = new RunPlanCache().Load(
                NewRunInputFactory.ReferenceOf(context.RequireRepository()),
                stored.Id,
                stored.Status.PlanHash
            );
            return Task.FromResult(files.Plan);
        }
        catch (RunStepFailedException fault)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The plan of {stored.Id} can't be read: {fault.Message}",
                "The planner of the run may still be working. Run the command again later."
            );
        }
    }

    /// <inheritdoc/>
    public Task<TaskDiffDocument> DiffAsync(string? which, CancellationToken cancellationToken)
    {
        var (run, reference) = RunReference.Require(context.RequireRepository(), which);
        return DiffAsync(run, reference, cancellationToken);
    }

    /// <summary>Returns the changes of a run, or of the task to which a reference refers.</summary>
    public async Task<TaskDiffDocument> DiffAsync(StoredRun run, RunReference reference, CancellationToken cancellationToken)
    {
        var repository = context.RequireRepository();
        var id = reference.FindTask(run.Status);
        var task = run.Status.Tasks.FirstOrDefault(task => task.Id == id);
        var patch =
            (
                task is null
                    ? await TaskDiff.OfRunAsync(repository, context.Services, run.Status, cancellationToken)
                    : await FindTaskDiffAsync(run, task, cancellationToken)
            )
            ?? throw new UseCaseException(
                UseCaseOutcome.Usage,
                task is null && run.Status.Tasks.Any(one => one.State == TaskStateNames.Kept)
                        ? $"{run.Id} keeps a branch for each task. 'orchestrate diff {run.Id}/TASK' shows the changes of one task."
                    : task is null ? $"{run.Id} is {run.Status.State}; none of its work is merged yet."
                    : $"{id} is {task.State}; it has neither a commit nor a worktree yet.",
                $"See 'orchestrate show {(id is null ? run.Id : $"{run.Id}/{id}")}'."
            );
        return new TaskDiffDocument(run.Id, id ?? "", patch.Text, patch.IsCut) { From = patch.From, To = patch.To };
    }

    /// <summary>Returns the changes of a task, or null if it has neither a commit nor a worktree.</summary>
    public Task<TaskDiff?> FindTaskDiffAsync(StoredRun run, RunTaskStatus task, CancellationToken cancellationToken) =>
        TaskDiff.ReadAsync(
            context.RequireRepository(),
            context.Services,
            run.Status,
            task,
            WorktreeOf(task, run, context),
            cancellationToken
        );

    /// <inheritdoc/>
    public async Task<DiffLineCounts> LineCountsAsync(string run, CancellationToken cancellationToken)
    {
        var (added, removed) = await TaskDiff.CountLinesOfRunAsync(
            context.RequireRepository(),
            context.Services,
            RequireRun(run).Status,
            cancellationToken
        );
        return new DiffLineCounts(added, removed);
    }

    /// <summary>Returns the absolute path of a task's worktree. The worktree might no longer exist.</summary>
    public static string WorktreeOf(RunTaskStatus task, StoredRun run, UseCaseServiceBundle context) =>
        Path.Combine(context.RequireRepository().Root, context.LoadSettings().Settings!.Worktrees.Directory, run.Name, task.Id);

    /// <inheritdoc/>
    public Task<RunStatus> ReportAsync(string? run, CancellationToken cancellationToken) => ReportAsync(RequireRun(run), cancellationToken);

    /// <summary>Returns the status of a run, including the branches and folders that the run left behind.</summary>
    public async Task<RunStatus> ReportAsync(StoredRun run, CancellationToken cancellationToken)
    {
        var found = await ObserveAsync(run, cancellationToken);
        return found.Status with { Left = RunStatusFile.Read(found.ReportJsonFile)?.Left ?? [] };
    }

    /// <inheritdoc/>
    public async Task<string> ReportTextAsync(string? run, CancellationToken cancellationToken)
    {
        var status = await ReportAsync(run, cancellationToken);
        return LocalTimeFormatter.In(FirstPage(status).ToMarkdown());
    }

    /// <summary>Returns the short report of a run.</summary>
    public ReportFirstPage FirstPage(RunStatus run) => ReportFirstPage.Of(run, context.RequireRepository().Root, context.Time.GetUtcNow());

    /// <summary>Returns the full report of a run as Markdown.</summary>
    public string FullReportText(RunStatus run) =>
        LocalTimeFormatter.In(new RunReport(context.RequireRepository().Root, context.Time, context.AccountRecords).Render(run));

    /// <summary>Returns the full report of a run as a fragment of HTML.</summary>
    public string FullReportHtml(RunStatus run) =>
        ReportHtml.Render(MorningReport.Of(run, context.RequireRepository().Root, context.Time.GetUtcNow(), context.AccountRecords));

    /// <inheritdoc/>
    public string EscalationText(string? run) => EscalationText(RequireRun(run));

    /// <summary>Returns the report of an escalated run as Markdown.</summary>
    public static string EscalationText(StoredRun run) =>
        File.Exists(run.EscalationFile)
            ? File.ReadAllText(run.EscalationFile)
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{run.Id} is {run.Status.State} and was never escalated.",
                $"See 'orchestrate status {run.Id}'."
            );

    /// <inheritdoc/>
    public async Task<CollectDocument> ResultsAsync(IReadOnlyList<string> runs, CancellationToken cancellationToken) =>
        new([
            .. (await CollectAsync(runs, cancellationToken)).Select(run =>
                RunResultSummary.Of(run.Status, context.RequireRepository().Root)
            ),
        ]);

    /// <summary>
    /// Returns the runs that a user named, without duplicates. If the user named none, returns the only open run, or otherwise the latest
    /// run.
    /// </summary>
    public async Task<IReadOnlyList<StoredRun>> CollectAsync(IReadOnlyList<string> named, CancellationToken cancellationToken)
    {
        var repository = context.RequireRepository();
        var runs = new List<StoredRun>();
        foreach (
            var run in named.Count == 0
                ? [StoredRunFinder.Require(repository, null)]
                : named.Select(id => StoredRunFinder.Require(repository, id))
        )
        {
            if (runs.TrueForAll(known => known.Id != run.Id))
            {
                runs.Add(await RunStateResolver.OfAsync(run, repository, context, cancellationToken));
            }
        }
        return runs;
    }

    /// <inheritdoc/>
    public async Task<RunListDocument> HistoryAsync(
        int limit,
        bool withForecasts,
        CancellationToken cancellationToken,
        string? after = null
    )
    {
        var (total, runs, hasMore) = await LatestAsync(limit, cancellationToken, after);
        var forecasts = withForecasts ? new RunForecasts(context.RequireRepository().Root) : null;
        return new RunListDocument(
            total,
            [.. runs.Select(run => RunListEntry.Of(run.Status) with { Forecast = forecasts?.ReadInitialForecast(run.Id) })]
        )
        {
            Next = hasMore ? runs[^1].Id : null,
        };
    }

    /// <summary>
    /// Returns a page of the repository's runs with their current state, latest first. Also returns the total number of runs, and true if
    /// there are more runs after this page.
    /// </summary>
    /// <param name="limit">Maximum number of runs, at least 1.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <param name="after">Id of the run after which the list starts, or null to start with the latest run.</param>
    public async Task<(int Total, IReadOnlyList<StoredRun> Runs, bool HasMore)> LatestAsync(
        int limit,
        CancellationToken cancellationToken,
        string? after = null
    )
    {
        if (limit < 1)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"--limit {limit} is less than 1.", "orchestrate history --limit 20");
        }
        var repository = context.RequireRepository();
        var all = StoredRunFinder.List(repository);
        var first = after is null ? 0 : all.TakeWhile(run => run.Id != after).Count() + 1;
        if (first > all.Count)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"'{after}' is not a run.", "Use the cursor in 'next' of the previous page.");
        }
        var runs = new List<StoredRun>();
        foreach (var run in all.Skip(first).Take(limit))
        {
            runs.Add(await RunStateResolver.OfAsync(run, repository, context, cancellationToken));
        }
        return (all.Count, runs, first + runs.Count < all.Count);
    }

    /// <inheritdoc/>
    public async Task<InboxDocument> InboxAsync(bool withSnoozed, CancellationToken cancellationToken) =>
        InboxDocumentFactory.Of(
            await new UserInboxReader(context).ReadAsync(cancellationToken),
            withSnoozed,
            new InboxMarkStore(context.Environment, context.Time)
        );

    /// <inheritdoc/>
    public Task<UsageDocument> UsageAsync(int days, string? run, CancellationToken cancellationToken) =>
        new AccountUsageReader(context, flags).ReadAsync(days, run, cancellationToken);

    /// <inheritdoc/>
    public SettingListDocument Settings(bool onlyChanged) =>
        new([
            .. context
                .LoadSettings()
                .Values.Where(value => !onlyChanged || value.Source.Kind != SettingSourceKind.Default)
                .Select(SettingDocumentFactory.Of),
        ]);

    /// <inheritdoc/>
    public async Task<ProofDocument> ProofAsync(string place, string? revision, CancellationToken cancellationToken)
    {
        var repository = context.RequireRepository();
        var (file, line) = CodeLocation.Parse(place, repository, context);
        if (revision is not null && (revision.Length == 0 || revision[0] == '-'))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"'{revision}' is not a commit or branch.",
                "Specify a commit or a branch, such as --revision main."
            );
        }
        var runs = StoredRunFinder
            .List(repository)
            .Select(run => new RecordedRun(run.Folder, run.Status, () => [.. EventFile.ReadLines(run.EventsFile).Select(EventFile.Parse)]))
            .ToList();
        return new ProofDocument(
            await new LineProvenanceFinder(context.Services).FindAsync(repository, revision, file, line, runs, cancellationToken)
                ?? throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"{file} has no line {line.ToString(CultureInfo.InvariantCulture)} in {revision ?? "HEAD"}.",
                    "Name a committed file, relative to this folder, and one of its lines."
                )
        );
    }

    /// <inheritdoc/>
    public SessionsDocument Conversations(double? hours, int limit, CancellationToken cancellationToken)
    {
        var (folder, sessions) = FindConversations(hours, limit, cancellationToken);
        return new SessionsDocument(folder, [.. sessions.Take(limit)]);
    }

    /// <summary>Returns the Claude Code conversations from the specified period, and Claude Code's configuration folder.</summary>
    public (string Folder, IReadOnlyList<ClaudeSession> Sessions) FindConversations(
        double? hours,
        int limit,
        CancellationToken cancellationToken
    )
    {
        if (hours is not (null or (> 0 and < 1_000_000)) || limit < 1)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                limit < 1 ? $"--limit {limit} is less than 1." : $"--hours {hours} is not a valid number of hours.",
                "orchestrate sessions --hours 4 --limit 20"
            );
        }
        var known = new ClaudeSessionReader(context.Environment);
        var since = hours is { } given ? context.Time.GetUtcNow() - TimeSpan.FromHours(given) : (DateTimeOffset?)null;
        return (known.ConfigDirectory, known.List(since, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<WorktreesDocument> WorktreesAsync(CancellationToken cancellationToken)
    {
        var repository = context.RequireRepository();
        var settings = context.OpenSettings(repository, []).Loaded.Settings!;
        var runs = StoredRunFinder.List(repository).Select(run => RunRecordReconciler.Of(run, repository).Status).ToList();
        return new WorktreesDocument(
            await new LinkedWorktreeInspector(context.Services).InspectAsync(
                repository,
                runs,
                settings.Worktrees.BranchPrefix,
                cancellationToken
            )
        );
    }

    /// <inheritdoc/>
    public async Task<CheckDocument> CheckAsync(CancellationToken cancellationToken) =>
        CheckDocument.Of(await MachineReadinessChecker.RunAsync(context, flags, cancellationToken));

    /// <inheritdoc/>
    public async Task<SchedulesDocument> SchedulesAsync(CancellationToken cancellationToken) =>
        (await ScheduleListResult.ReadAsync(context, flags, cancellationToken)).Document;

    /// <inheritdoc/>
    public BacklogDocument Backlog()
    {
        var files = context.Backlog(tag: null);
        var file = files.Read();
        return BacklogDocument.Of(files.Name, file.Backlog.Tasks.Select(task => file.ToJson(task.Id)), file.Faults);
    }

    /// <inheritdoc/>
    public async Task<PlanAnalysisResult> PlanAsync(string text, CancellationToken cancellationToken)
    {
        using var file = SubmittedPlan.Write(text);
        var check = PlanCheckResult.Of(SubmittedPlan.Name, file.FilesIn(context).Read(SubmittedPlan.Name), isStrict: false, context);
        if (!check.Read.IsValid)
        {
            return new PlanAnalysisResult(check, null, []);
        }
        var plan = check.Read.Plan!;
        var settings = PlanRiskFormatter.Rules(context, context.LoadSettings());
        var score = RiskOf(plan, settings);
        var risk = PlanRiskFormatter.Lines(score, ProtectedPath.Of(plan, settings.AlwaysRequireHuman));
        var forecast = context.FindRepository() is { } home
            ? new RunForecasts(home.Root).Of(plan, chosen: null, settings, context.AccountRecords)
            : null;
        return new PlanAnalysisResult(check, GraphDocument.Of(plan), [.. risk])
        {
            Forecast = forecast is null ? "" : RunForecasts.Describe(forecast),
        };
    }

    /// <summary>Computes the risk score of a plan. The manifests of the current repository may define gates that lower the score.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="settings">Settings that contain patterns, thresholds and gates.</param>
    public RiskScore RiskOf(Plan plan, OrchestratorSettings settings) =>
        PlanRiskScore.Of(plan, settings, context.FindRepository()?.WorkTree);

    private StoredRun RequireRun(string? run) => RunReference.RequireWhole(context.RequireRepository(), run);
}
