using Orchestrator.App.PlanFiles;

namespace Orchestrator.App.Starting;

/// <summary>A plan that a caller sent as text. The text is stored in a private file until the object is disposed.</summary>
internal sealed class SubmittedPlan : IDisposable
{
    /// <summary>Name of the file, as shown in messages.</summary>
    public const string Name = "plan.yaml";

    private readonly string _folder = Directory.CreateTempSubdirectory("orchestrate-web-").FullName;

    private SubmittedPlan() { }

    /// <summary>Absolute path of the file.</summary>
    public string Path => System.IO.Path.Combine(_folder, Name);

    /// <summary>Writes the text to a private file.</summary>
    public static SubmittedPlan Write(string text)
    {
        var file = new SubmittedPlan();
        SymlinkSafeFileWriter.Write(file.Path, text);
        return file;
    }

    /// <summary>Returns the reader for plans in the private folder. Its messages contain only the name of the file.</summary>
    public PlanAndReferencedFileReader FilesIn(UseCaseServiceBundle context) =>
        new(context.FindRepository(), _folder, context.FindSettings, context.Interaction.Warn, context.Time);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
