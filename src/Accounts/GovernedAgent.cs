namespace Orchestrator.Accounts;

/// <summary>An agent run for the governor: who pays, and which budgets it counts in.</summary>
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

    /// <summary>Agents of the account at once; null: no limit.</summary>
    public required int? Slots { get; init; }

    /// <summary>The agent goes on with work that was begun.</summary>
    public required bool IsUnderWay { get; init; }

    /// <summary>The provider that pays, where it is another one than that of the settings; empty: it is that one.</summary>
    public string Fallback { get; init; } = "";

    /// <summary>Identifies the agent run over repetitions of its step.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Repository.Key}/{Run}/{Task}/{Start}");

    /// <summary>The request for its start.</summary>
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
            IsUnderWay = IsUnderWay,
            Slots = Slots,
            PauseAt = Settings.Usage.PauseAt * 10_000,
            Share = Settings.Workers,
            Caps = Caps(today),
        };

    /// <summary>The scopes that its use is counted in, in the order of <see cref="BudgetSettings.All"/>, with and without a budget:
    /// <c>usage</c> and <c>budget raise</c> read them.</summary>
    public IReadOnlyList<string> ScopesOf(DateOnly today) =>
        [
            Scopes.Attempt(Repository.Key, Run, Task, Attempt),
            Scopes.Task(Repository.Key, Run, Task),
            Scopes.Run(Repository.Key, Run),
            Scopes.Day(today),
            Scopes.Account(Account, today),
        ];

    // Scopes and budgets stand in the same order. One that the settings do not limit is there, too: a person may have given it a limit.
    private IReadOnlyList<Cap> Caps(DateOnly today) =>
        [
            .. Settings.Budget.All.Zip(ScopesOf(today)).Select(one => BudgetFacts.CapOf(one.First.Kind, one.Second, one.First.Amount)),
            .. Fallback.Length > 0 && Settings.Claude.FallbackBudget is { } most
                ? [BudgetFacts.CapOf(BudgetKinds.Account, Scopes.Account(Account, today), most)]
                : (Cap[])[],
        ];
}
