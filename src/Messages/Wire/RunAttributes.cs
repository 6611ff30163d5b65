using Temporalio.Common;

namespace Orchestrator.Messages;

/// <summary>Search attributes of runs, which Temporal tools use to list them.</summary>
public static class RunAttributes
{
    /// <summary>Name of the attribute with a run's state. The embedded engine defines it. On other servers an operator creates it as a
    /// keyword; until then runs do not set it.</summary>
    public const string StateName = "OrchestrateState";

    /// <summary>Name of the attribute with a run's repository, defined like <see cref="StateName"/>.</summary>
    public const string RepositoryName = "OrchestrateRepository";

    /// <summary>Names of all attributes, each a keyword.</summary>
    public static IReadOnlyList<string> Names { get; } = [StateName, RepositoryName];

    /// <summary>Absolute path of the repository on its host.</summary>
    public static SearchAttributeKey<string> Repository { get; } = SearchAttributeKey.CreateKeyword(RepositoryName);

    /// <summary>One of <see cref="RunStates"/>.</summary>
    public static SearchAttributeKey<string> State { get; } = SearchAttributeKey.CreateKeyword(StateName);

    /// <summary>Visibility query for runs in a state.</summary>
    /// <param name="state">One of <see cref="RunStates"/>.</param>
    public static string QueryFor(string state) => $"{StateName} = '{state}'";
}
