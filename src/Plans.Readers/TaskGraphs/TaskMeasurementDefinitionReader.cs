namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reads a task's measurements, which are given as a mapping or a list of mappings.</summary>
internal static class TaskMeasurementDefinitionReader
{
    /// <summary>
    /// Maximum number of measurements per task. The number is limited because the run's record contains all measured numbers.
    /// </summary>
    private const int Most = 10;
    private const int LongestName = 80;

    /// <summary>Returns a task's measurements, or an empty list if the task has none.</summary>
    public static IReadOnlyList<Gate> Bind(YamlOrJsonMappingReader task)
    {
        if (task.Node("measurements") is not { } node)
        {
            return [];
        }
        var measurements = new List<Gate>();
        foreach ((var item, var path) in TaskNodeReader.Items(task, "measurements"))
        {
            if (item is not MappingNode mapping)
            {
                task.Faults.Error(
                    "wrong-type",
                    item,
                    path,
                    $"A measurement must be a mapping, not {item.Kind}.",
                    "Write 'name:', 'command:' and 'expect:'."
                );
                continue;
            }
            var fields = new YamlOrJsonMappingReader(
                mapping,
                path.ToString(),
                GateDefinitionGrammar.MeasurementKeys,
                task.Faults,
                "a measurement"
            );
            if (Measurement(fields, [.. measurements.Select(m => m.Name)]) is { } measurement)
            {
                measurements.Add(measurement);
            }
        }
        if (measurements.Count > Most)
        {
            task.Faults.Error(
                "bad-value",
                node,
                task.Join("measurements"),
                $"{Plural.Of(measurements.Count, "measurement is", "measurements are")} too many for one task.",
                $"Keep at most {Most} measurements, and replace the others with gates whose commands compare the numbers."
            );
        }
        return measurements;
    }

    private static Gate? Measurement(YamlOrJsonMappingReader fields, IReadOnlyList<string> taken)
    {
        var name = Name(fields, taken);
        var command = fields.Text("command")?.Trim() ?? "";
        if (command.Length == 0)
        {
            fields.Missing(
                "command",
                "The measurement has no command.",
                "Add 'command:' with a command that prints the number on its last line."
            );
        }
        var expected = Read(
            fields,
            "expect",
            text => MeasurementExpectation.TryParse(text),
            "is not a valid expectation",
            MeasurementExpectation.Rule
        );
        if (fields.Node("expect") is null)
        {
            fields.Missing("expect", "The measurement has no expected value.", MeasurementExpectation.Rule);
        }
        if (fields.Bool("negate") == true)
        {
            fields.Faults.Error(
                "bad-value",
                fields.Node("negate")!,
                fields.Join("negate"),
                "A measurement can't be negated.",
                "Invert its expectation: '< 2' in place of '>= 2'."
            );
        }
        var tolerance = Read(
            fields,
            "tolerance",
            MeasurementExpectation.TolerancePart,
            "is not a valid tolerance",
            MeasurementExpectation.ToleranceRule
        );
        var gate = new Gate(
            command,
            GateType.Custom,
            fields.Bool("required") ?? true,
            fields.Duration("timeout"),
            name,
            Exclusive: GateDefinitionReader.Exclusive(fields)
        );
        return name is null || command.Length == 0 || expected is null
            ? null
            : gate with
            {
                Expect = expected.ToString(),
                Tolerance = tolerance,
            };
    }

    private static string? Name(YamlOrJsonMappingReader fields, IReadOnlyList<string> taken)
    {
        var name = fields.Text("name")?.Trim() ?? "";
        if (name.Length == 0)
        {
            fields.Missing(
                "name",
                "The measurement has no name.",
                "Add 'name:', such as 'startup seconds'; agents report their measurements under this name."
            );
            return null;
        }
        if (name.Length <= LongestName && !name.Any(char.IsControl) && !taken.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return name;
        }
        fields.Faults.Error(
            "bad-value",
            fields.Node("name")!,
            fields.Join("name"),
            taken.Contains(name, StringComparer.OrdinalIgnoreCase)
                ? $"Two measurements of this task have the name '{name}'."
                : "This is not a valid name for a measurement.",
            $"Give each measurement its own name on one line, with at most {LongestName} characters."
        );
        return null;
    }

    private static T? Read<T>(YamlOrJsonMappingReader fields, string key, Func<string, T?> read, string fault, string cure)
    {
        if (fields.Text(key) is not { } text)
        {
            return default;
        }
        var value = read(text);
        if (value is null)
        {
            fields.Faults.Error("bad-value", fields.Node(key)!, fields.Join(key), $"'{text.Trim()}' {fault}.", cure);
        }
        return value;
    }
}
