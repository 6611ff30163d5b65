using System.Globalization;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Plans.Readers.Quarantine;

/// <summary>Reads a repository's quarantined tests (<see cref="TestQuarantine.FileName"/>).</summary>
public static class TestQuarantineReader
{
    private const string List = "tests";
    private static readonly YamlOrJsonKeySynonymTable Keys = new(List);
    private static readonly YamlOrJsonKeySynonymTable EntryKeys = new("test name", "owner", "reason", "until expires");

    /// <summary>Reads the quarantined tests, and reports all problems in the file.</summary>
    /// <param name="text">Complete text of the file.</param>
    /// <returns>The quarantined tests, or none if there is a fault, and the faults.</returns>
    public static (TestQuarantine Quarantine, IReadOnlyList<PlanFault> Faults) Read(string text)
    {
        var faults = new FaultList(TestQuarantine.FileName);
        var entries = new List<QuarantinedTest>();
        switch (YamlOrJsonNode.Read(text, faults))
        {
            case MappingNode mapping:
                var file = new YamlOrJsonMappingReader(mapping, "", Keys, faults, "the file", FaultSeverity.Error);
                foreach (var (item, path) in file.Node(List) is null ? [] : TaskNodeReader.Items(file, List))
                {
                    if (
                        item is MappingNode entry
                        && Entry(new YamlOrJsonMappingReader(entry, path.ToString(), EntryKeys, faults, "a test")) is { } test
                    )
                    {
                        entries.Add(test);
                    }
                    else if (item is not MappingNode)
                    {
                        faults.Error(
                            "wrong-type",
                            item,
                            path,
                            $"A test must be a mapping, not {item.Kind}.",
                            "Write 'test:' and its name."
                        );
                    }
                }
                break;
            case { } other:
                faults.Error(
                    "wrong-type",
                    other,
                    new FieldPath("", List),
                    $"The file must be a mapping, not {other.Kind}.",
                    "Write 'tests:', followed by a list."
                );
                break;
            default:
                break;
        }
        return (faults.HasErrors ? TestQuarantine.None : new TestQuarantine(entries), faults.Sorted());
    }

    /// <summary>
    /// Returns the file's text without the entry of a test; comments and other entries stay unchanged. Returns null if the file does not
    /// contain a valid list of tests.
    /// </summary>
    /// <returns>The new text, or null if the file is not a list with one line per key.</returns>
    public static string? Without(string text, string test)
    {
        var faults = new FaultList(TestQuarantine.FileName);
        if (
            YamlOrJsonNode.Read(text, faults) is not MappingNode { Entries: [{ Key.Text: List, Value: var value }] }
            || value is not (SequenceNode or ScalarNode { IsNull: true })
            || faults.HasErrors
        )
        {
            return null;
        }
        var lines = text.Split('\n').ToList();
        var items = value is SequenceNode list ? list.Items : (IReadOnlyList<YamlOrJsonNode>)[];
        foreach (var item in items.Reverse().OfType<MappingNode>().Where(item => NameOf(item) == test))
        {
            var end = item.Entries.Max(entry => entry.Value.Line);
            lines.RemoveRange(item.Line - 1, end - item.Line + 1);
        }
        return string.Join('\n', lines);
    }

    private static string? NameOf(MappingNode entry) =>
        entry
            .Entries.Where(field => EntryKeys.Find(field.Key.Text) == "test")
            .Select(field => (field.Value as ScalarNode)?.Text)
            .FirstOrDefault();

    private static QuarantinedTest? Entry(YamlOrJsonMappingReader fields)
    {
        var (test, owner, reason) = (ReadRequired(fields, "test"), ReadRequired(fields, "owner"), ReadRequired(fields, "reason"));
        var until = ReadRequired(fields, "until");
        var isDay = DateOnly.TryParseExact(until, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
        if (until is not null && !isDay)
        {
            fields.Faults.Error(
                "bad-value",
                fields.Node("until"),
                fields.Join("until"),
                $"'{until}' is not a date.",
                "Write the last day of the quarantine, such as 2027-01-31."
            );
        }
        return test is null || owner is null || reason is null || !isDay ? null : new QuarantinedTest(test, owner, reason, day);
    }

    private static string? ReadRequired(YamlOrJsonMappingReader fields, string key)
    {
        var text = fields.Text(key)?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            fields.Missing(
                key,
                $"The test has no '{key}'.",
                "Each entry needs 'test', 'owner', 'reason' and 'until' (the last day of the quarantine)."
            );
            return null;
        }
        return text;
    }
}
