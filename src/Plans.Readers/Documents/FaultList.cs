namespace Orchestrator.Plans.Readers.Documents;

/// <summary>Collects all problems in a file, so that the user can fix them all at once.</summary>
/// <param name="file">Name of the file. The extension <c>.json</c> means JSON, and any other extension YAML.</param>
public sealed class FaultList(string file)
{
    private const int Most = 1000;
    private readonly List<PlanFault> _faults = [];
    private int _left;

    /// <summary>Name of the file.</summary>
    public string File { get; } = file;

    /// <summary>True if at least one of the problems is an error.</summary>
    public bool HasErrors { get; private set; }

    internal void Error(string code, YamlOrJsonNode? at, FieldPath field, string message, string cure) =>
        Add(code, FaultSeverity.Error, at?.Line ?? 0, at?.Column ?? 0, field.ToString(), message, cure);

    internal void Warning(string code, YamlOrJsonNode? at, FieldPath field, string message, string cure) =>
        Add(code, FaultSeverity.Warning, at?.Line ?? 0, at?.Column ?? 0, field.ToString(), message, cure);

    internal void Add(string code, FaultSeverity severity, int line, int column, string field, string message, string cure) =>
        Add(new PlanFault(code, severity, File, line, column, field, message, cure));

    /// <summary>Adds a problem. When the list has reached its maximum length, further problems are only counted.</summary>
    public void Add(PlanFault fault)
    {
        HasErrors |= fault.Severity == FaultSeverity.Error;
        if (_faults.Count < Most)
        {
            _faults.Add(fault);
        }
        else
        {
            _left++;
        }
    }

    /// <summary>Returns the problems, ordered by file and position.</summary>
    public IReadOnlyList<PlanFault> Sorted()
    {
        List<PlanFault> sorted =
            _faults.Count < 2
                ? [.. _faults]
                :
                [
                    .. _faults
                        .OrderBy(f => f.File != File)
                        .ThenBy(f => f.File, StringComparer.Ordinal)
                        .ThenBy(f => f.Line)
                        .ThenBy(f => f.Column),
                ];
        if (_left > 0)
        {
            var severity = HasErrors ? FaultSeverity.Error : FaultSeverity.Warning;
            sorted.Add(
                new PlanFault(
                    "more-faults",
                    severity,
                    File,
                    0,
                    0,
                    "",
                    $"{Plural.Of(_left, "more fault is", "more faults are")} not listed.",
                    "Fix the faults above first."
                )
            );
        }
        return sorted;
    }
}
