namespace Orchestrator.Plans;

/// <summary>Built-in roles of tasks. A repository may define more in <c>.orchestrator/roles/</c>.</summary>
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

    /// <summary>Returns the built-in text for a role, or null for a role that the repository defines.</summary>
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
/// Names of the steps in a phase's process wrapper, the part of a phase file that lists the steps of the agent's work. Each required agent
/// is also a step, with underscores instead of dashes.
/// </summary>
public static class PhaseWorkStepNames
{
    public const string ReadPreviousNotes = "read_previous_notes";
    public const string Implementation = "implementation";
    public const string PreValidation = "pre_validation";
    public const string GitWriteJournal = "write_notes";

    /// <summary>Returns the name of the step for a required agent: <c>doc-sync-manager</c> becomes <c>doc_sync_manager</c>.</summary>
    public static string ForAgent(string agent) => agent.Replace('-', '_').Replace(' ', '_').ToLowerInvariant();
}
