using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>An agent run as the governor needs it: the paying account and the applicable budgets.</summary>
public sealed record GovernedAgent
{
    public required string Account { get; init; }
    public required RepositoryReference Repository { get; init; }
    public required string Run { get; init; }
    public required string Task { get; init; }
    public required int Attempt { get; init; }
    public required int Start { get; init; }
    public required string Folder { get; init; }
    public required string Model { get; init; }
    public required OrchestratorSettings Settings { get; init; }

    /// <summary>Number of agents of the account that may run at the same time, or null for no limit.</summary>
    public required int? Slots { get; init; }

    /// <summary>True if the agent continues earlier work.</summary>
    public required bool IsUnderWay { get; init; }

    /// <summary>Fallback provider that pays; empty for the provider of the settings.</summary>
    public string Fallback { get; init; } = "";

    /// <summary>Id of the agent run, stable over repetitions of its step.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Repository.Key}/{Run}/{Task}/{Start}");

    /// <summary>Creates the start request.</summary>
    public StartRequest ToRequest(Holder holder, DateOnly today) =>
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
    /// Scopes in which the usage is counted, in the order of <see cref="BudgetSettings.All"/>. Includes scopes without a budget, because
    /// <c>usage</c> and <c>budget raise</c> read them.
    /// </summary>
    public IReadOnlyList<string> ScopesOf(DateOnly today) =>
        [
            Scopes.Attempt(Repository.Key, Run, Task, Attempt),
            Scopes.Task(Repository.Key, Run, Task),
            Scopes.Run(Repository.Key, Run),
            Scopes.Day(today),
            Scopes.Account(Account, today),
        ];

    // Scopes and budgets have the same order. Unlimited budgets are included, because a user may have set a limit by a raise.
    private IReadOnlyList<Cap> Caps(DateOnly today) =>
        [
            .. Settings.Budget.All.Zip(ScopesOf(today)).Select(one => BudgetConverter.CapOf(one.First.Kind, one.Second, one.First.Amount)),
            .. Fallback.Length > 0 && Settings.Claude.FallbackBudget is { } most
                ? [BudgetConverter.CapOf(BudgetKinds.Account, Scopes.Account(Account, today), most)]
                : (Cap[])[],
        ];
}
