using Orchestrator.Usage;

namespace Orchestrator.Runs.Accounts;

/// <summary>
/// The usage records of a user's agents, and the environment variables that determine the paying account. The records are read once, on
/// first use, because most reports and forecasts do not need them.
/// </summary>
/// <param name="environment">Environment variables of agents.</param>
/// <param name="read">Reads the records of all accounts.</param>
public sealed class AccountRecords(IReadOnlyDictionary<string, string> environment, Func<IReadOnlyList<UsageRecord>> read)
{
    private readonly Lazy<IReadOnlyList<UsageRecord>> _records = new(read);

    /// <summary>Creates the records from a user's files.</summary>
    /// <param name="environment">Environment of the process, which determines the user's state folder.</param>
    /// <param name="time">The clock.</param>
    public AccountRecords(IReadOnlyDictionary<string, string> environment, TimeProvider time)
        : this(environment, () => UsageHistory.Of(environment, time).Read()) { }

    /// <summary>Environment variables of agents.</summary>
    public IReadOnlyDictionary<string, string> Environment => environment;

    /// <summary>Returns the records of one account.</summary>
    public IEnumerable<UsageRecord> Of(string account) => _records.Value.Where(record => record.Account == account);
}
