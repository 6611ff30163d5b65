using Temporalio.Api.Enums.V1;
using Temporalio.Common;

namespace Orchestrator.Messages;

/// <summary>Search attributes of runs, with which Temporal tools filter lists of runs.</summary>
public static class RunSearchAttributes
{
    /// <summary>
    /// Name of the search attribute for a run's state. The embedded engine defines the attribute. On other servers, runs set the attribute
    /// only after an operator has created it as a keyword.
    /// </summary>
    public const string StateName = "OrchestrateState";

    /// <summary>Name of the search attribute for a run's repository, defined in the same way as <see cref="StateName"/>.</summary>
    public const string RepositoryName = "OrchestrateRepository";

    /// <summary>Name of the search attribute that marks runs with open questions.</summary>
    public const string NeedsAttentionName = "OrchestrateNeedsAttention";

    /// <summary>Name of the search attribute for a run's cost.</summary>
    public const string CostName = "OrchestrateCost";

    /// <summary>Types of all search attributes, by name.</summary>
    public static IReadOnlyDictionary<string, IndexedValueType> Types { get; } =
        new Dictionary<string, IndexedValueType>(StringComparer.Ordinal)
        {
            [StateName] = IndexedValueType.Keyword,
            [RepositoryName] = IndexedValueType.Keyword,
            [NeedsAttentionName] = IndexedValueType.Bool,
            [CostName] = IndexedValueType.Double,
        };

    /// <summary>Absolute path of the repository on its host.</summary>
    public static SearchAttributeKey<string> Repository { get; } = SearchAttributeKey.CreateKeyword(RepositoryName);

    /// <summary>Current state of the run: one of the values in <see cref="RunStateNames"/>.</summary>
    public static SearchAttributeKey<string> State { get; } = SearchAttributeKey.CreateKeyword(StateName);

    /// <summary>True while the run has an open question.</summary>
    public static SearchAttributeKey<bool> NeedsAttention { get; } = SearchAttributeKey.CreateBool(NeedsAttentionName);

    /// <summary>
    /// Cost of the run's agents in US dollars, as of the last change of the run's state or of <see cref="NeedsAttention"/>.
    /// </summary>
    public static SearchAttributeKey<double> Cost { get; } = SearchAttributeKey.CreateDouble(CostName);
}
