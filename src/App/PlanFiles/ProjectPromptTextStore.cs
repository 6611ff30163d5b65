using System.Text.Json;

namespace Orchestrator.App.PlanFiles;

/// <summary>
/// Stores the named context text blocks of a project in <c>.orchestrator/context.json</c>. The prompt of a task contains the blocks whose
/// names the task lists in <c>context_keys</c>.
/// </summary>
/// <param name="file">Absolute path of the file.</param>
public sealed class ProjectPromptTextStore(string file)
{
    /// <summary>Reads all context text blocks, sorted by name.</summary>
    /// <exception cref="InvalidDataException">The file is not a mapping of names to strings.</exception>
    public IReadOnlyDictionary<string, string> Read() => File.Exists(file) ? ReadFile() : new Dictionary<string, string>();

    private IReadOnlyDictionary<string, string> ReadFile()
    {
        try
        {
            return ProjectPromptTextSerializer.Read(File.ReadAllBytes(file));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{file} is not a mapping of names to strings (line {e.LineNumber + 1}). Correct or remove " + "it.",
                e
            );
        }
    }

    /// <summary>
    /// Sets a context text block, or removes it if <paramref name="text"/> is null. A crash during the write leaves the old file intact.
    /// </summary>
    public void Set(string name, string? text)
    {
        var texts = Read().ToDictionary();
        if (text is null)
        {
            texts.Remove(name);
        }
        else
        {
            texts[name] = text;
        }
        DurableFile.Write(file, ProjectPromptTextSerializer.Write(texts));
    }
}
