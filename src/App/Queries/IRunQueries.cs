namespace Orchestrator.App.Queries;

/// <summary>
/// Queries about a repository's runs, its settings and this machine. The result of each query is a document that the terminal, the web page
/// and the API show. No query needs an engine.
/// </summary>
/// <remarks>A run is identified by its id, by a unique prefix or suffix of the id, or by a word of its title. A task is identified by
/// <c>RUN/TASK</c> or <c>TASK</c>. Null stands for the latest run. Each method throws <see cref="UseCaseException"/> if it finds
/// nothing.</remarks>
public interface IRunQueries
{
    /// <summary>Returns a run with its tasks, questions, budgets, and the current action of each agent.</summary>
    Task<RunStatus> RunAsync(string? run, CancellationToken cancellationToken);

    /// <summary>Returns the events of a run and the messages to its agents, sorted by time.</summary>
    /// <param name="run">Identifies the run.</param>
    /// <param name="limit">Maximum number of lines, counted from the end, or null for all lines.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<RunEvent>> EventsAsync(string? run, int? limit, CancellationToken cancellationToken);

    /// <summary>Returns a page of a run's events, without the messages to agents.</summary>
    /// <param name="run">Identifies the run.</param>
    /// <param name="after">Number of the event after which the page starts.</param>
    /// <param name="limit">Maximum number of events, at least 1.</param>
    Task<EventsDocument> EventPageAsync(string run, int after, int limit);

    /// <summary>Returns the results of all gates of a run, for the API.</summary>
    Task<GatesDocument> GatesAsync(string run);

    /// <summary>Returns a part of a gate's log.</summary>
    /// <param name="run">Identifies the run.</param>
    /// <param name="gate">Id of the gate's result.</param>
    /// <param name="after">Number of lines to skip.</param>
    /// <param name="limit">Maximum number of lines, at least 1.</param>
    Task<GateLogDocument> GateLogAsync(string run, string gate, int after, int limit);

    /// <summary>Returns a task with its events, its models, and the messages that its agent sent or received.</summary>
    Task<TaskDocument> TaskAsync(string task, CancellationToken cancellationToken);

    /// <summary>Returns the log of a task's agent, limited to the last 16 million characters.</summary>
    /// <param name="task">Identifies the task. If it identifies only a run, the task whose agent started last is selected.</param>
    /// <param name="start">Number of the agent run, or null for the last one.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<AgentLogDocument> LogAsync(string? task, int? start, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the stored results of a run's gates with their evidence. Gates run on the base commit, in each task's attempts and merges,
    /// and on the staging branch.
    /// </summary>
    Task<IReadOnlyList<GateResultLine>> GateRunsAsync(string? run, CancellationToken cancellationToken);

    /// <summary>Returns the plan of a run, including tasks that were added later.</summary>
    Task<Plan> PlanOfAsync(string? run, CancellationToken cancellationToken);

    /// <summary>Returns the changes of a run or a task as a patch.</summary>
    Task<TaskDiffDocument> DiffAsync(string? which, CancellationToken cancellationToken);

    /// <summary>Counts the lines that the merged work of a run adds and removes. Binary files count as 0 lines.</summary>
    Task<DiffLineCounts> LineCountsAsync(string run, CancellationToken cancellationToken);

    /// <summary>Returns the status of a run, including the branches and folders that the run left behind.</summary>
    Task<RunStatus> ReportAsync(string? run, CancellationToken cancellationToken);

    /// <summary>Returns the short report of a run as Markdown.</summary>
    Task<string> ReportTextAsync(string? run, CancellationToken cancellationToken);

    /// <summary>Returns the report of an escalated run as Markdown.</summary>
    string EscalationText(string? run);

    /// <summary>Returns the results, branches and commits of several runs.</summary>
    /// <param name="runs">Identifies the runs. Empty for the latest run.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<CollectDocument> ResultsAsync(IReadOnlyList<string> runs, CancellationToken cancellationToken);

    /// <summary>Returns the runs of the repository, latest first.</summary>
    /// <param name="limit">Maximum number of runs, at least 1.</param>
    /// <param name="withForecasts">True to add the forecast of each run.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <param name="after">Id of the run after which the list starts, or null to start with the latest run.</param>
    Task<RunListDocument> HistoryAsync(int limit, bool withForecasts, CancellationToken cancellationToken, string? after = null);

    /// <summary>Returns everything that needs the user's attention in all repositories, most urgent first.</summary>
    /// <param name="withSnoozed">True to include snoozed entries.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<InboxDocument> InboxAsync(bool withSnoozed, CancellationToken cancellationToken);

    /// <summary>Returns the usage limits, tokens and costs of all accounts of the user.</summary>
    /// <param name="days">Number of days to add up, including today. Range: 1 to 90.</param>
    /// <param name="run">Id of a run to add up only its usage, or null for all usage.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<UsageDocument> UsageAsync(int days, string? run, CancellationToken cancellationToken);

    /// <summary>Returns the current settings with their sources.</summary>
    /// <param name="onlyChanged">True to omit settings that have their default value.</param>
    SettingListDocument Settings(bool onlyChanged);

    /// <summary>Returns the task, the gates and the decisions that led to a line of code.</summary>
    /// <param name="place">Location of the line in the form <c>FILE:LINE</c>.</param>
    /// <param name="revision">Commit or branch, or null for HEAD.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<ProofDocument> ProofAsync(string place, string? revision, CancellationToken cancellationToken);

    /// <summary>Returns the Claude Code conversations on this machine.</summary>
    /// <param name="hours">Maximum age in hours, greater than 0, or null for all conversations.</param>
    /// <param name="limit">Maximum number of conversations, at least 1.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    SessionsDocument Conversations(double? hours, int limit, CancellationToken cancellationToken);

    /// <summary>Returns the linked worktrees of the repository, each with its owner, its size, and whether it can be removed.</summary>
    Task<WorktreesDocument> WorktreesAsync(CancellationToken cancellationToken);

    /// <summary>Checks that this machine and the repository are ready for runs.</summary>
    Task<CheckDocument> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Returns the schedules of the repository, each with the results of its most recent scheduled starts.</summary>
    Task<SchedulesDocument> SchedulesAsync(CancellationToken cancellationToken);

    /// <summary>Returns the tasks of the backlog.</summary>
    BacklogDocument Backlog();

    /// <summary>Checks a plan that a caller sent as text.</summary>
    /// <param name="text">The plan in YAML or JSON.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<PlanAnalysisResult> PlanAsync(string text, CancellationToken cancellationToken);
}
