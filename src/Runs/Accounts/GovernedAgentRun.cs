using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>Describes an agent run to the governor, with the account that pays and the budgets that apply.</summary>
public sealed record GovernedAgentRun
{
    /// <summary>Name of the account that pays.</summary>
    public required string Account { get; init; }

    /// <summary>The repository of the run.</summary>
    public required RepositoryReference Repository { get; init; }

    /// <summary>Workflow id of the run.</summary>
    public required string Run { get; init; }

    /// <summary>Id of the task.</summary>
    public required string Task { get; init; }

    /// <summary>Number of the attempt at the task.</summary>
    public required int Attempt { get; init; }

    /// <summary>Number of the agent run within its task.</summary>
    public required int Start { get; init; }

    /// <summary>Absolute path of the agent run's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Name of the model, which determines the price of tokens.</summary>
    public required string Model { get; init; }

    /// <summary>Settings of the run, which contain its budgets and limits.</summary>
    public required OrchestratorSettings Settings { get; init; }

    /// <summary>Maximum number of the account's agents that may run at the same time, or null for no limit.</summary>
    public required int? Slots { get; init; }

    /// <summary>True if the agent continues work of an earlier agent run.</summary>
    public required bool IsUnderWay { get; init; }

    /// <summary>Name of the fallback provider whose account pays, or empty if the account of the provider in the settings pays.</summary>
    public string Fallback { get; init; } = "";

    /// <summary>Id of the agent run, which is the same in all attempts at the workflow step.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Repository.Key}/{Run}/{Task}/{Start}");

    /// <summary>Creates the request that asks the governor to admit the agent.</summary>
    /// <param name="holder">The process that would hold the reservation.</param>
    /// <param name="today">Local date that determines the budget of the day.</param>
    public AgentStartRequest ToRequest(AgentRunReservationHolderProcess holder, DateOnly today) =>
        new()
        {
            Id = Id,
            Account = Account,
            Repository = Repository.Key,
            Run = Run,
            Task = Task,
            Attempt = Attempt,
            Model = Model,
            Holder = holder,
            Folder = Folder,
            StopsAfter = Settings.Limits.Orphan,
            Priority = Settings.Usage.Priority,
            Weight = Settings.Usage.Weight,
            IsUnderWay = IsUnderWay,
            Slots = Slots,
            PauseAt = Settings.Usage.PauseAt * 10_000,
            Share = Settings.Workers,
            Caps = Caps(today),
        };

    /// <summary>
    /// Returns the names of the budgets (attempt, task, run, day and account) to which the usage is charged, in the order of
    /// <see cref="BudgetSettings.All"/>. Budgets without a limit are included, because the commands <c>usage</c> and <c>budget raise</c>
    /// read the spending of these budgets.
    /// </summary>
    public IReadOnlyList<string> ScopesOf(DateOnly today) =>
        [
            BudgetScopeNames.Attempt(Repository.Key, Run, Task, Attempt),
            BudgetScopeNames.Task(Repository.Key, Run, Task),
            BudgetScopeNames.Run(Repository.Key, Run),
            BudgetScopeNames.Day(today),
            BudgetScopeNames.Account(Account, today),
        ];

    // Scopes and budgets have the same order. A budget without a limit is included, because a user's raise may have set one.
    private IReadOnlyList<BudgetCap> Caps(DateOnly today) =>
        [
            .. Settings
                .Budget.All.Zip(ScopesOf(today))
                .Select(one => LedgerBudgetConverter.CapOf(one.First.Kind, one.Second, one.First.Amount)),
            .. Fallback.Length > 0 && Settings.Claude.FallbackBudget is { } most
                ? [LedgerBudgetConverter.CapOf(BudgetKinds.Account, BudgetScopeNames.Account(Account, today), most)]
                : (BudgetCap[])[],
        ];
}
