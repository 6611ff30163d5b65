using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.NightBench.Facts;
using Orchestrator.NightBench.Figures;

namespace Orchestrator.NightBench;

/// <summary>Load averages of the machine over one minute: of all processes, those of the night included.</summary>
/// <param name="Before">Load average when the night begins, or null if the machine has none.</param>
/// <param name="Mean">Mean of the load averages during the night, or null if the machine has none.</param>
public sealed record MachineLoad(double? Before, double? Mean);

/// <summary>The result of a night, one JSON line of the results file.</summary>
/// <param name="Rules">Version of the rules.</param>
/// <param name="Date">Day of the night.</param>
/// <param name="Adapter">Name of the adapter.</param>
/// <param name="Tool">Version of the tool.</param>
/// <param name="Seed">Seed of the night.</param>
/// <param name="Tasks">Number of tasks.</param>
/// <param name="Ecosystem">Kind of the sample repository.</param>
/// <param name="Machine">Description of the machine.</param>
/// <param name="Load">Load of the machine.</param>
/// <param name="Disturbances">Disturbances, in order.</param>
/// <param name="Figures">The figures.</param>
public sealed record NightResult(
    int Rules,
    DateOnly Date,
    string Adapter,
    string Tool,
    int Seed,
    int Tasks,
    string Ecosystem,
    string Machine,
    MachineLoad Load,
    IReadOnlyList<Disturbance> Disturbances,
    NightFigures Figures
)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Returns the JSON line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Web);

    /// <summary>Reads a JSON line.</summary>
    public static NightResult Parse(string json) => JsonSerializer.Deserialize<NightResult>(json, Web)!;
}
