namespace Temporalio.Analyzers;

/// <summary>A type or member that workflow code must not use.</summary>
internal sealed class ForbiddenApi(string type, string? member, string ruleId, string instead)
{
    /// <summary>Full name of the type, as metadata has it.</summary>
    public string Type { get; } = type;

    /// <summary>The member; null: all of them.</summary>
    public string? Member { get; } = member;

    /// <summary>Rule that says so.</summary>
    public string RuleId { get; } = ruleId;

    /// <summary>What to do in its place.</summary>
    public string Instead { get; } = instead;
}
