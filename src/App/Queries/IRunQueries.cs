namespace Orchestrator.App.Queries;

/// <summary>Queries about a repository's runs, its settings and this machine. Each result is a document that the terminal, the page and
/// the API render or serialize. No query needs an engine.</summary>
/// <remarks>A run is named by its id, a unique prefix or suffix of the id, or a word of its title. A task is named by <c>RUN/TASK</c> or
/// <c>TASK</c>. Null selects the latest run. Every method throws <see cref="UseCaseException"/> if it has no result.</remarks>
public interface IRunQueries
{
    /// <summary>Returns a run with its tasks, questions, budgets, and the current action of each agent.</summary>
    Task<RunStatus> RunAsync(string? run, CancellationToken cancellationToken);

    /// <summary>Returns the transitions and mail of a run, by time.</summary>
    /// <param name="run">The run.</param>
    /// <param name="limit">Maximum number of lines, counted from the end, or null for all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<RunEvent>> EventsAsync(string? run, int? limit, CancellationToken cancellationToken);

    /// <summary>Returns a page of a run's transitions, without mail.</summary>
    /// <param name="run">The run.</param>
    /// <param name="after">Number of the last transition to skip.</param>
    /// <param name="limit">Maximum number of transitions, at least 1.</param>
    Task<EventsDocument> EventPageAsync(string run, int after, int limit);

    /// <summary>Returns the results of a run's gates.</summary>
    Task<GatesDocument> GatesAsync(string run);

    /// <summary>Returns a part of the log of a gate.</summary>
    /// <param name="run">The run.</param>
    /// <param name="gate">Id of the gate's result.</param>
    /// <param name="after">Number of lines to skip.</param>
    /// <param name="limit">Maximum number of lines, at least 1.</param>
    Task<GateLogDocument> GateLogAsync(string run, string gate, int after, int limit);

    /// <summary>Returns a task with its transitions, models and mail.</summary>
    Task<TaskDocument> TaskAsync(string task, CancellationToken cancellationToken);

    /// <summary>Returns the log of a task's agent, at most its last 16 million characters.</summary>
    /// <param name="task">The task. A run alone selects the task whose agent was started last.</param>
    /// <param name="start">Number of the agent's start, or null for the last one.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<LogDocument> LogAsync(string? task, int? start, CancellationToken cancellationToken);

    /// <summary>Returns the stored results of all gates of a run: of its base, each attempt and merge of its tasks, and staging.</summary>
    Task<IReadOnlyList<GateRun>> GateRunsAsync(string? run, CancellationToken cancellationToken);

    /// <summary>Returns the plan that a run carries out, with tasks that were added since its start.</summary>
    Task<Plan> PlanOfAsync(string? run, CancellationToken cancellationToken);

    /// <summary>Returns the change of a run or a task as a patch.</summary>
    Task<DiffDocument> DiffAsync(string? which, CancellationToken cancellationToken);

    /// <summary>Returns a run with the branches and folders that it left.</summary>
    Task<RunStatus> ReportAsync(string? run, CancellationToken cancellationToken);

    /// <summary>Returns the short report of a run as Markdown.</summary>
    Task<string> ReportTextAsync(string? run, CancellationToken cancellationToken);

    /// <summary>Returns the escalation report of a run that needs a decision to continue, as Markdown.</summary>
    string EscalationText(string? run);

    /// <summary>Returns the results, branches and commits of runs.</summary>
    /// <param name="runs">The runs; empty for the latest.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<CollectDocument> ResultsAsync(IReadOnlyList<string> runs, CancellationToken cancellationToken);

    /// <summary>Returns the runs of the repository, the latest first.</summary>
    /// <param name="limit">Maximum number of runs, at least 1.</param>
    /// <param name="withForecasts">True to add the forecast of each run.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <param name="after">Id of the last run to skip, or null to begin with the latest.</param>
    Task<HistoryDocument> HistoryAsync(int limit, bool withForecasts, CancellationToken cancellationToken, string? after = null);

    /// <summary>Returns everything that needs the user's attention in all repositories, most urgent first.</summary>
    /// <param name="withSnoozed">True to include snoozed entries.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<InboxDocument> InboxAsync(bool withSnoozed, CancellationToken cancellationToken);

    /// <summary>Returns limits, tokens and costs of all accounts of the user.</summary>
    /// <param name="days">Number of days to sum, including today: 1 to 90.</param>
    /// <param name="run">Id of the only run to sum, or null for all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<UsageDocument> UsageAsync(int days, string? run, CancellationToken cancellationToken);

    /// <summary>Returns the effective settings with their sources.</summary>
    /// <param name="onlyChanged">True to omit settings that have their default.</param>
    ConfigDocument Settings(bool onlyChanged);

    /// <summary>Returns the task, gates and decisions behind a line of code.</summary>
    /// <param name="place">Location of the line as <c>FILE:LINE</c>.</param>
    /// <param name="revision">Commit or branch, or null for HEAD.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<ProofDocument> ProofAsync(string place, string? revision, CancellationToken cancellationToken);

    /// <summary>Returns conversations of Claude Code on this machine.</summary>
    /// <param name="hours">Maximum age in hours, above 0, or null for all.</param>
    /// <param name="limit">Maximum number of conversations, at least 1.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    SessionsDocument Conversations(double? hours, int limit, CancellationToken cancellationToken);

    /// <summary>Returns the linked worktrees of the repository with owner, size, and removability.</summary>
    Task<WorktreesDocument> WorktreesAsync(CancellationToken cancellationToken);

    /// <summary>Checks that this machine and the repository are ready for runs.</summary>
    Task<CheckDocument> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Returns the schedules of the repository with the results of their last times.</summary>
    Task<SchedulesDocument> SchedulesAsync(CancellationToken cancellationToken);

    /// <summary>Returns the tasks of the backlog.</summary>
    BacklogDocument Backlog();

    /// <summary>Checks a plan that a caller sent as text.</summary>
    /// <param name="text">The plan as YAML or JSON.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    Task<PlanView> PlanAsync(string text, CancellationToken cancellationToken);
}
