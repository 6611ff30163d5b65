using Temporalio.Api.Enums.V1;
using Temporalio.Common;

namespace Orchestrator.Messages;

/// <summary>Search attributes of runs, by which Temporal's tools list them. The embedded engine has them; on other servers an operator
/// creates them, and runs go without each until then.</summary>
public static class RunAttributes
{
    /// <summary>Name of the attribute with a run's state.</summary>
    public const string StateName = "OrchestrateState";

    /// <summary>Name of the attribute with a run's repository.</summary>
    public const string RepositoryName = "OrchestrateRepository";

    /// <summary>Name of the attribute that tells runs with open questions from others.</summary>
    public const string NeedsAttentionName = "OrchestrateNeedsAttention";

    /// <summary>Name of the attribute with a run's cost.</summary>
    public const string CostName = "OrchestrateCost";

    /// <summary>Types of all of them, by name.</summary>
    public static IReadOnlyDictionary<string, IndexedValueType> Types { get; } =
        new Dictionary<string, IndexedValueType>(StringComparer.Ordinal)
        {
            [StateName] = IndexedValueType.Keyword,
            [RepositoryName] = IndexedValueType.Keyword,
            [NeedsAttentionName] = IndexedValueType.Bool,
            [CostName] = IndexedValueType.Double,
        };

    /// <summary>Absolute path of the repository on its machine.</summary>
    public static SearchAttributeKey<string> Repository { get; } = SearchAttributeKey.CreateKeyword(RepositoryName);

    /// <summary>One of <see cref="RunStates"/>.</summary>
    public static SearchAttributeKey<string> State { get; } = SearchAttributeKey.CreateKeyword(StateName);

    /// <summary>True while the run asks a question.</summary>
    public static SearchAttributeKey<bool> NeedsAttention { get; } = SearchAttributeKey.CreateBool(NeedsAttentionName);

    /// <summary>US dollars that the run's agents had cost when its state or <see cref="NeedsAttention"/> last changed.</summary>
    public static SearchAttributeKey<double> Cost { get; } = SearchAttributeKey.CreateDouble(CostName);

    /// <summary>Visibility query for runs in a state.</summary>
    /// <param name="state">One of <see cref="RunStates"/>.</param>
    public static string QueryFor(string state) => $"{StateName} = '{state}'";
}
