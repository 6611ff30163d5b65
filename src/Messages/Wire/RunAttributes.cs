using Temporalio.Common;

namespace Orchestrator.Messages;

/// <summary>Search attributes of runs, by which Temporal's tools list them.</summary>
public static class RunAttributes
{
    /// <summary>Name of the attribute with a run's state. The embedded engine has it; on other servers an operator creates it as a
    /// keyword, and runs go without it until then.</summary>
    public const string StateName = "OrchestrateState";

    /// <summary>Name of the attribute with a run's repository; as for <see cref="StateName"/>.</summary>
    public const string RepositoryName = "OrchestrateRepository";

    /// <summary>Names of all of them; each is a keyword.</summary>
    public static IReadOnlyList<string> Names { get; } = [StateName, RepositoryName];

    /// <summary>Absolute path of the repository on its machine.</summary>
    public static SearchAttributeKey<string> Repository { get; } = SearchAttributeKey.CreateKeyword(RepositoryName);

    /// <summary>One of <see cref="RunStates"/>.</summary>
    public static SearchAttributeKey<string> State { get; } = SearchAttributeKey.CreateKeyword(StateName);

    /// <summary>Visibility query for runs in a state.</summary>
    /// <param name="state">One of <see cref="RunStates"/>.</param>
    public static string QueryFor(string state) => $"{StateName} = '{state}'";
}
