namespace Orchestrator.Accounts;

/// <summary>The usage of a user's agents, and the variables that say which account pays. It is read once, on first use: most reports and
/// forecasts need none of it.</summary>
/// <param name="environment">The variables that agents get.</param>
/// <param name="read">Reads the records of all accounts.</param>
public sealed class AccountRecords(IReadOnlyDictionary<string, string> environment, Func<IReadOnlyList<UsageRecord>> read)
{
    private readonly Lazy<IReadOnlyList<UsageRecord>> _records = new(read);

    /// <summary>The records of a user.</summary>
    /// <param name="environment">Environment of the process, which determines the user's state folder.</param>
    /// <param name="time">The clock.</param>
    public AccountRecords(IReadOnlyDictionary<string, string> environment, TimeProvider time)
        : this(environment, () => UsageHistory.Of(environment, time).Read()) { }

    /// <summary>The variables that agents get.</summary>
    public IReadOnlyDictionary<string, string> Environment => environment;

    /// <summary>The records of one account.</summary>
    public IEnumerable<UsageRecord> Of(string account) => _records.Value.Where(record => record.Account == account);
}
