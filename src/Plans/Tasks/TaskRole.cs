namespace Orchestrator.Plans;

/// <summary>Built-in task roles. A repository may define more roles in <c>.orchestrator/roles/</c>.</summary>
public static class TaskRole
{
    public const string Frontend = "frontend";
    public const string Backend = "backend";
    public const string Testing = "testing";
    public const string Docs = "docs";
    public const string Infrastructure = "infrastructure";
    public const string Integration = "integration";

    /// <summary>All built-in roles, in display order.</summary>
    public static IReadOnlyList<string> All { get; } = [Frontend, Backend, Testing, Docs, Infrastructure, Integration];

    /// <summary>Returns the built-in prompt text for a role, or null if the role is not built in.</summary>
    public static string? PromptOf(string role)
    {
        using var stream = typeof(TaskRole).Assembly.GetManifestResourceStream($"Roles/{role}.md");
        if (stream is null)
        {
            return null;
        }
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>
/// Names of the agent's steps, as used in the section "process wrapper" of a phase file of a master plan. Each required agent is also a
/// step, whose name has underscores instead of dashes and spaces.
/// </summary>
public static class MasterPlanPhaseStepNames
{
    public const string ReadPreviousNotes = "read_previous_notes";
    public const string Implementation = "implementation";
    public const string PreValidation = "pre_validation";
    public const string GitWriteJournal = "write_notes";

    /// <summary>Returns the name of the step for a required agent, such as <c>doc_sync_manager</c> for <c>doc-sync-manager</c>.</summary>
    public static string ForAgent(string agent) => agent.Replace('-', '_').Replace(' ', '_').ToLowerInvariant();
}
