namespace Orchestrator.Accounts;

/// <summary>What a user's agents have used, and the variables that say which account pays.</summary>
/// <param name="Environment">The variables that agents get.</param>
/// <param name="Records">Records of all accounts.</param>
public sealed record AccountRecords(IReadOnlyDictionary<string, string> Environment, IReadOnlyList<UsageRecord> Records)
{
    /// <summary>Reads those of a user.</summary>
    /// <param name="environment">Environment of the process, which determines the user's state folder.</param>
    /// <param name="time">The clock.</param>
    public static AccountRecords Read(IReadOnlyDictionary<string, string> environment, TimeProvider time) =>
        new(environment, UsageHistory.Of(environment, time).Read());

    /// <summary>The records of one account.</summary>
    public IEnumerable<UsageRecord> Of(string account) => Records.Where(record => record.Account == account);
}
