namespace Orchestrator.Plans;

/// <summary>Severity of a fault.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FaultSeverity>))]
public enum FaultSeverity
{
    /// <summary>The plan is refused.</summary>
    [JsonStringEnumMemberName("error")]
    Error,

    /// <summary>The plan runs; a person should look at it. <c>--strict</c> refuses it.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>The plan is right; it could be better. <c>--strict</c> refuses it too.</summary>
    [JsonStringEnumMemberName("advice")]
    Advice,
}

/// <summary>A fault of a plan, with its cure.</summary>
/// <param name="Code">Stable name of the kind of fault, such as <c>unknown-dependency</c>.</param>
/// <param name="Severity">Whether it refuses the plan.</param>
/// <param name="File">The file, as it was named to the reader.</param>
/// <param name="Line">Line from 1; 0 when the fault has no place.</param>
/// <param name="Column">Column from 1, in characters; 0 when the fault has no position.</param>
/// <param name="Field">Path of the field, such as <c>tasks[2].depends_on[0]</c>; empty for the whole file.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Cure">What would be right.</param>
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
    /// <summary>A fault that refuses the plan; without a line, one of the whole file.</summary>
    public static PlanFault Error(string file, string code, string message, string cure, string field = "", int line = 0, int column = 1) =>
        new(code, FaultSeverity.Error, file, line, line == 0 ? 0 : column, field, message, cure);

    /// <summary>A fault with which the plan runs.</summary>
    public static PlanFault Warning(
        string file,
        string code,
        string message,
        string cure,
        string field = "",
        int line = 0,
        int column = 1
    ) => Error(file, code, message, cure, field, line, column) with { Severity = FaultSeverity.Warning };

    /// <summary>The fault in one line in the form of compiler messages, so that editors jump to it.</summary>
    public override string ToString() => $"{Place}: {Severity.ToString().ToLowerInvariant()} {Code}:{Text}";

    /// <summary>Faults for people, a line each, in order. Of each kind the first <see cref="MostOfAKind"/> are listed and the others
    /// counted, because one mistake in a generator causes thousands.</summary>
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

    /// <summary>Faults of one kind that are listed.</summary>
    public const int MostOfAKind = 20;

    /// <summary>The fault as text, without its severity.</summary>
    public string ToPlainText() => $"{Place}:{Text}";

    private string Place => Line > 0 ? $"{File}:{Line}:{Column}" : File;

    private string Text => $"{(Field.Length > 0 ? $" [{Field}]" : "")} {Message}{(Cure.Length > 0 ? $" {Cure}" : "")}";
}
