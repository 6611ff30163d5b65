namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Keys of a task in a plan, with alternative spellings.</summary>
internal static class TaskFieldKeySpellings
{
    /// <summary>Keys of a task, with alternative spellings.</summary>
    public static readonly YamlOrJsonKeySynonymTable Keys = new YamlOrJsonKeySynonymTable(
        "id task_id",
        "title name",
        "description summary",
        "prompt instructions",
        "details",
        "status",
        "depends_on dependencies depends",
        "boundaries ownership",
        "files_write",
        "files_read",
        "files_append",
        "resources_write",
        "resources_read",
        "patch_intents",
        "verification verify gates",
        "measurements",
        "deps_required",
        "context_keys",
        "role agent_type",
        "agent",
        "host",
        "model",
        "timeout timeout_seconds",
        "limits",
        "max_retries",
        "requires_approval",
        "allow_large_changes",
        "isolation",
        "network",
        "parallel",
        "estimated_minutes estimate estimated_time",
        "required_agents",
        "required_steps",
        "notes_input",
        "notes_output",
        "checklist",
        "changes_tests",
        "prove_red",
        "priority"
    ).WithOrderAndState("depends_on");

    /// <summary>Keys of the nested mapping that groups a task's files and resources.</summary>
    public static readonly YamlOrJsonKeySynonymTable BoundaryKeys = new(
        "files_write write",
        "files_read read",
        "files_append append",
        "resources_write",
        "resources_read"
    );
}
