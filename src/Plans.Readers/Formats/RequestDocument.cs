namespace Orchestrator.Plans.Readers.Formats;

/// <summary>A document for a planner, such as a PRD.</summary>
public static class RequestDocument
{
    /// <summary>Largest size in bytes: a request is text for a model; a larger file is probably a mistake.</summary>
    public const int LargestSize = 400_000;

    /// <summary>Reads a document.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Its name for people.</param>
    /// <param name="fault">Why it can't be planned from, a whole sentence; null when it can.</param>
    /// <returns>The text without space around it; empty with a fault.</returns>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string Read(string path, string name, out string? fault)
    {
        fault = SizeFault(path, name);
        if (fault is not null)
        {
            return "";
        }
        if (!PlanText.TryDecode(File.ReadAllBytes(path), name, out var text, out var unreadable))
        {
            fault = unreadable.ToString();
        }
        else if (string.IsNullOrWhiteSpace(text))
        {
            fault = $"{name} is empty. Say in it what is to be done.";
        }
        else
        {
            return text.Trim();
        }
        return "";
    }

    /// <summary>The fault of a file that is too large for <see cref="Read"/>; null when it is not.</summary>
    public static string? SizeFault(string path, string name) =>
        new FileInfo(path).Length > LargestSize
            ? $"{name} is longer than {LargestSize / 1000} KB: no planner reads that. Plan a part of it."
            : null;
}
