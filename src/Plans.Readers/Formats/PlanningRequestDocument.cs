namespace Orchestrator.Plans.Readers.Formats;

/// <summary>A document that a planner turns into a plan, such as a product requirements document.</summary>
public static class PlanningRequestDocument
{
    /// <summary>Maximum size in bytes. A planner has to read the document, so a larger file is probably a mistake.</summary>
    public const int LargestSize = 400_000;

    /// <summary>Reads a planning document from a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="name">Display name of the file.</param>
    /// <param name="fault">Sentence that explains why the document can't be used, or null if it can.</param>
    /// <returns>The trimmed text, or an empty string if there is a fault.</returns>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public static string Read(string path, string name, out string? fault)
    {
        fault = SizeFault(path, name);
        if (fault is not null)
        {
            return "";
        }
        if (!PlanFileBytesDecoder.TryDecode(File.ReadAllBytes(path), name, out var text, out var unreadable))
        {
            fault = unreadable.ToString();
        }
        else if (string.IsNullOrWhiteSpace(text))
        {
            fault = $"{name} is empty. Describe the work in this file.";
        }
        else
        {
            return text.Trim();
        }
        return "";
    }

    /// <summary>Returns the error message if a file is too large for <see cref="Read"/>, otherwise null.</summary>
    public static string? SizeFault(string path, string name) =>
        new FileInfo(path).Length > LargestSize
            ? $"{name} is longer than {LargestSize / 1000} KB, which is too long for a planner. Plan a part of it."
            : null;
}
