using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>
/// Provides the usage records of all accounts of a user. The records are read only on first use, because most reports and forecasts do not
/// need them.
/// </summary>
/// <param name="environment">Environment variables of agents. They determine which account pays.</param>
/// <param name="read">Reads the usage records of all accounts.</param>
public sealed class AccountUsageRecordCache(IReadOnlyDictionary<string, string> environment, Func<IReadOnlyList<UsageRecord>> read)
{
    private readonly Lazy<IReadOnlyList<UsageRecord>> _records = new(read);

    /// <summary>Creates an instance that reads the records from the user's state folder.</summary>
    /// <param name="environment">Environment of the process, which determines the user's state folder.</param>
    /// <param name="time">The clock.</param>
    public AccountUsageRecordCache(IReadOnlyDictionary<string, string> environment, TimeProvider time)
        : this(environment, () => UsageHistory.Of(environment, time).Read()) { }

    /// <summary>Environment variables of agents. They determine which account pays.</summary>
    public IReadOnlyDictionary<string, string> Environment => environment;

    /// <summary>Returns the usage records of one account.</summary>
    public IEnumerable<UsageRecord> Of(string account) => _records.Value.Where(record => record.Account == account);
}
