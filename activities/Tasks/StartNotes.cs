using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Agents;

namespace Orchestrator.Activities.Tasks;

/// <summary>How a start ended, kept in its folder: the next start of the conversation needs it to tell its own cost, and reports read it.</summary>
internal sealed record StartNotes
{
    private const string FileName = "outcome.json";
    public string Session { get; init; } = "";
    public string Failure { get; init; } = "";
    public string Detail { get; init; } = "";
    public string FinalText { get; init; } = "";
    public int? ExitCode { get; init; }
    public int Turns { get; init; }
    public decimal Cost { get; init; }
    public long Tokens { get; init; }
    public AgentUsage? ReportedUsage { get; init; }
    public IReadOnlyList<string> SubAgents { get; init; } = [];
    public IReadOnlyList<PermissionDenial> Denials { get; init; } = [];

    public void Write(string folder) =>
        DurableFile.Write(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, StartNotesJson.Default.StartNotes));

    public static StartNotes? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), StartNotesJson.Default.StartNotes) : null;
    }

    /// <summary>What the conversation had used when its last start before <paramref name="start"/> reported.</summary>
    public static AgentUsage EarlierUsage(Runs.RunFolder run, string taskId, int start, string session)
    {
        for (var earlier = start - 1; earlier >= 1; earlier--)
        {
            if (Read(run.Start(taskId, earlier)) is { ReportedUsage: { } usage } notes && notes.Session == session)
                return usage;
        }
        return AgentUsage.None;
    }
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(StartNotes))]
internal sealed partial class StartNotesJson : JsonSerializerContext;
