namespace Orchestrator.Messages;

/// <summary>Example that is shown for an invalid message.</summary>
/// <param name="json">The record as JSON.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MessageExampleAttribute(string json) : Attribute
{
    /// <summary>The record as JSON.</summary>
    public string Json { get; } = json;
}
