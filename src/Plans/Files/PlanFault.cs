namespace Orchestrator.Plans;

/// <summary>Severity of a problem in a plan.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FaultSeverity>))]
public enum FaultSeverity
{
    /// <summary>The plan is rejected.</summary>
    [JsonStringEnumMemberName("error")]
    Error,

    /// <summary>The plan can run, but the user should review the problem. With <c>--strict</c>, the plan is rejected.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>The plan is valid but could be improved. With <c>--strict</c>, the plan is rejected.</summary>
    [JsonStringEnumMemberName("advice")]
    Advice,
}

/// <summary>A problem in a plan, with a suggested fix.</summary>
/// <param name="Code">Stable name of the kind of fault, such as <c>unknown-dependency</c>.</param>
/// <param name="Severity">Severity, which decides whether the plan is rejected.</param>
/// <param name="File">File name as passed to the reader.</param>
/// <param name="Line">Line, starting at 1, or 0 if the fault has no position.</param>
/// <param name="Column">Column in characters, starting at 1, or 0 if the fault has no position.</param>
/// <param name="Field">Path of the field, such as <c>tasks[2].depends_on[0]</c>; empty for the file as a whole.</param>
/// <param name="Message">Description of the fault.</param>
/// <param name="Cure">Suggested fix.</param>
public sealed record PlanFault(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("severity")] FaultSeverity Severity,
    [property: JsonPropertyName("file")] string File,
    [property: JsonPropertyName("line")] int Line,
    [property: JsonPropertyName("column")] int Column,
    [property: JsonPropertyName("field")] string Field,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("cure")] string Cure
)
{
    /// <summary>
    /// Creates a problem that causes the plan to be rejected. Without a line number, the problem applies to the whole file.
    /// </summary>
    public static PlanFault Error(string file, string code, string message, string cure, string field = "", int line = 0, int column = 1) =>
        new(code, FaultSeverity.Error, file, line, line == 0 ? 0 : column, field, message, cure);

    /// <summary>Creates a problem that does not cause the plan to be rejected.</summary>
    public static PlanFault Warning(
        string file,
        string code,
        string message,
        string cure,
        string field = "",
        int line = 0,
        int column = 1
    ) => Error(file, code, message, cure, field, line, column) with { Severity = FaultSeverity.Warning };

    /// <summary>Formats the problem in the one-line form of compiler messages, so that editors can jump to its position.</summary>
    public override string ToString() => $"{Place}: {Severity.ToString().ToLowerInvariant()} {Code}:{Text}";

    /// <summary>
    /// Formats problems for display, in their original order and one per line. Lists only the first <see cref="MostOfAKind"/> problems of
    /// each kind and counts the others, because one mistake in a plan generator can cause thousands.
    /// </summary>
    public static IReadOnlyList<string> List(IEnumerable<PlanFault> faults)
    {
        var lines = new List<string>();
        var kinds = new Dictionary<string, List<PlanFault>>(StringComparer.Ordinal);
        foreach (var fault in faults)
        {
            if (!kinds.TryGetValue(fault.Code, out var alike))
            {
                kinds.Add(fault.Code, alike = []);
            }
            alike.Add(fault);
            if (alike.Count <= MostOfAKind)
            {
                lines.Add(fault.ToString());
            }
        }
        lines.AddRange(
            kinds
                .Values.Where(alike => alike.Count > MostOfAKind)
                .Select(alike =>
                    $"... and {alike.Count - MostOfAKind} more of the kind {alike[^1].Severity.ToString().ToLowerInvariant()} "
                    + alike[0].Code
                )
        );
        return lines;
    }

    /// <summary>Maximum number of problems listed per kind.</summary>
    public const int MostOfAKind = 20;

    /// <summary>Formats the problem without its severity.</summary>
    public string ToPlainText() => $"{Place}:{Text}";

    private string Place => Line > 0 ? $"{File}:{Line}:{Column}" : File;

    private string Text => $"{(Field.Length > 0 ? $" [{Field}]" : "")} {Message}{(Cure.Length > 0 ? $" {Cure}" : "")}";
}
