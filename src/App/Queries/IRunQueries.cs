using Orchestrator.Messages;

namespace Orchestrator.App.Queries;

/// <summary>The questions that a repository's runs, its settings and this machine answer. Each answer is a document that the terminal, the
/// page and the API render or serialize. None needs an engine.</summary>
/// <remarks>A run is named by its id, the unique beginning or end of it, or a word of its title; a task by <c>RUN/TASK</c> or
/// <c>TASK</c>. Null means the latest run. Every method throws <see cref="UseCaseException"/> if the question has no answer.</remarks>
public interface IRunQueries
{
    /// <summary>A run with its tasks, questions, budgets, and the present action of each agent.</summary>
    Task<RunStatus> RunAsync(string? run, CancellationToken cancellationToken);

    /// <summary>Transitions and mail of a run, by time.</summary>
    /// <param name="run">The run.</param>
    /// <param name="limit">The greatest number of lines, from the end; null: all.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    Task<IReadOnlyList<RunEvent>> EventsAsync(string? run, int? limit, CancellationToken cancellationToken);

    /// <summary>A task with its transitions, models and mail.</summary>
    Task<TaskDocument> TaskAsync(string task, CancellationToken cancellationToken);

    /// <summary>The log of a task's agent: at most its last 16 million characters.</summary>
    /// <param name="task">The task; a run alone names the task whose agent was started last.</param>
    /// <param name="start">Number of the agent's start; null: the last one.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    Task<LogDocument> LogAsync(string? task, int? start, CancellationToken cancellationToken);

    /// <summary>The change of a run or a task as a patch.</summary>
    Task<DiffDocument> DiffAsync(string? which, CancellationToken cancellationToken);

    /// <summary>A run with the branches and folders that it left.</summary>
    Task<RunStatus> ReportAsync(string? run, CancellationToken cancellationToken);

    /// <summary>The short report of a run as Markdown.</summary>
    Task<string> ReportTextAsync(string? run, CancellationToken cancellationToken);

    /// <summary>The report for the decision on a run that can't continue by itself, as Markdown.</summary>
    string EscalationText(string? run);

    /// <summary>Results, branches and commits of runs.</summary>
    /// <param name="runs">The runs; empty: the latest.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    Task<CollectDocument> ResultsAsync(IReadOnlyList<string> runs, CancellationToken cancellationToken);

    /// <summary>The runs of the repository, the latest first.</summary>
    /// <param name="limit">The greatest number of runs, at least 1.</param>
    /// <param name="withForecasts">Adds the forecast of each run.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    Task<HistoryDocument> HistoryAsync(int limit, bool withForecasts, CancellationToken cancellationToken);

    /// <summary>Everything that needs the user, in all repositories, most urgent first.</summary>
    /// <param name="withSnoozed">Includes entries that were put off.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    Task<InboxDocument> InboxAsync(bool withSnoozed, CancellationToken cancellationToken);

    /// <summary>Limits, tokens and money of all accounts of the user.</summary>
    /// <param name="days">Days that the sums cover, today included: 1 to 90.</param>
    /// <param name="run">Id of a run that the sums cover; null: all.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    Task<UsageDocument> UsageAsync(int days, string? run, CancellationToken cancellationToken);

    /// <summary>The effective settings with their sources.</summary>
    /// <param name="onlyChanged">Leaves out settings that have their default.</param>
    ConfigDocument Settings(bool onlyChanged);

    /// <summary>The task, gates and decisions behind a line of code.</summary>
    /// <param name="place">The line as <c>FILE:LINE</c>.</param>
    /// <param name="revision">A commit or branch; null: HEAD.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    Task<ProofDocument> ProofAsync(string place, string? revision, CancellationToken cancellationToken);

    /// <summary>Conversations of Claude Code on this machine.</summary>
    /// <param name="hours">Only those of the last hours: above 0; null: all.</param>
    /// <param name="limit">The greatest number, at least 1.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    SessionsDocument Conversations(double? hours, int limit, CancellationToken cancellationToken);

    /// <summary>The linked worktrees of the repository: owner, size, and whether each can be removed.</summary>
    Task<WorktreesDocument> WorktreesAsync(CancellationToken cancellationToken);

    /// <summary>The readiness of this machine and the repository for runs.</summary>
    Task<CheckDocument> CheckAsync(CancellationToken cancellationToken);

    /// <summary>The schedules of the repository with the results of their last times.</summary>
    Task<SchedulesDocument> SchedulesAsync(CancellationToken cancellationToken);

    /// <summary>The tasks of the backlog.</summary>
    BacklogDocument Backlog();

    /// <summary>Checks a plan that a caller sent as text.</summary>
    /// <param name="text">The plan as YAML or JSON.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    Task<PlanView> PlanAsync(string text, CancellationToken cancellationToken);
}
