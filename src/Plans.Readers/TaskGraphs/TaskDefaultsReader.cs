namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reads a plan's default values for tasks.</summary>
internal static class TaskDefaultsReader
{
    /// <summary>Keys of the mapping <c>defaults</c>, with alternative spellings.</summary>
    public static readonly YamlOrJsonKeySynonymTable Keys = new(
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
        "context_keys",
        "verification verify gates"
    );

    public static TaskDefaults? Bind(YamlOrJsonMappingReader plan)
    {
        switch (plan.Node("defaults"))
        {
            case null:
                return null;
            case MappingNode mapping:
                var fields = new YamlOrJsonMappingReader(mapping, "defaults", Keys, plan.Faults, "'defaults'");
                return new TaskDefaults
                {
                    Role = fields.Text("role"),
                    Agent = fields.Text("agent"),
                    Host = TaskNodeReader.BindHost(fields),
                    Model = fields.Model("model"),
                    Timeout = fields.Duration("timeout"),
                    Limits = TaskLimitsReader.Bind(fields, defaults: null),
                    MaxRetries = fields.Count("max_retries"),
                    RequiresApproval = fields.Bool("requires_approval"),
                    AllowLargeChanges = fields.Bool("allow_large_changes"),
                    Isolation = TaskNodeReader.Isolation(fields),
                    ContextKeys = fields.TextList("context_keys"),
                    Verification = GateDefinitionReader.Bind(fields, "verification"),
                };
            case var other:
                plan.Faults.Error(
                    "wrong-type",
                    other,
                    "defaults",
                    $"'defaults' must be a mapping, not {other.Kind}.",
                    $"Known keys: {string.Join(", ", Keys.Names)}."
                );
                return null;
        }
    }
}
