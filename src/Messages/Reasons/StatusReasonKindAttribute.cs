namespace Orchestrator.Messages;

/// <summary>Sets the JSON name of a reason's kind. Recorded workflow histories contain the name, so it must never change.</summary>
/// <param name="name">The kind, such as <c>dependency-ended</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class StatusReasonKindAttribute(string name) : Attribute
{
    /// <summary>Name of the kind in JSON, such as <c>dependency-ended</c>.</summary>
    public string Name { get; } = name;
}
