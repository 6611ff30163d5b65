using System.Text.RegularExpressions;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>
/// Reads the check boxes in the section "Tasks" of a phase file. Items without a number are numbered by heading and position.
/// </summary>
internal sealed partial class PhaseChecklistReader
{
    private readonly List<ChecklistItem> _checklist = [];
    private int _taskGroup;
    private int _taskItem;

    /// <summary>Items in the order of the file.</summary>
    public IReadOnlyList<ChecklistItem> Items => _checklist;

    /// <summary>Reads one line of the section "Tasks".</summary>
    public void Read(MarkdownLine line)
    {
        if (line.IsCode)
        {
            return;
        }
        if (line.Level > 0)
        {
            var numbered = LeadingNumber().Match(line.Heading);
            _taskGroup =
                numbered.Success && int.TryParse(numbered.Groups["id"].Value.Split('.')[0], out var given) ? given : _taskGroup + 1;
            _taskItem = 0;
            return;
        }
        var item = CheckBox().Match(line.Text);
        if (!item.Success)
        {
            return;
        }
        _taskItem++;
        var text = item.Groups["text"].Value.Trim();
        var number = LeadingNumber().Match(InlineMarkdownParser.Plain(text));
        var id = number.Success ? number.Groups["id"].Value.TrimEnd('.') : $"{Math.Max(1, _taskGroup)}.{_taskItem}";
        var description = number.Success ? WithoutNumber(text) : text;
        _checklist.Add(new ChecklistItem(id, description, item.Groups["mark"].Value is "x" or "X"));
    }

    private static string WithoutNumber(string text)
    {
        var at = text.IndexOfAny([':', ' ']);
        return at < 0 ? text : text[(at + 1)..].Trim().TrimStart('*').Trim();
    }

    [GeneratedRegex(@"^\s*(?:[-*+]|\d{1,9}[.)])\s+\[(?<mark>[ xX]?)\]\s*(?<text>\S.*)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CheckBox();

    [GeneratedRegex(@"^(?<id>\d+(?:\.\d+)*)[.):]?(?=\s|$|:)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LeadingNumber();
}
