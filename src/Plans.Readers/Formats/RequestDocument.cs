namespace Orchestrator.Plans.Readers.Formats;

/// <summary>A document that a planner makes a plan or tasks of, such as a PRD.</summary>
public static class RequestDocument
{
    /// <summary>Largest size in bytes: a request is text for a model; one above this is no request but a mistake.</summary>
    public const int LargestSize = 400_000;

    /// <summary>Reads a document.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Its name for people.</param>
    /// <param name="fault">Why nothing can be planned from it, a whole sentence; null when something can.</param>
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

    /// <summary>Why a file is too large to be planned from, as <see cref="Read"/> says it; null when it is not.</summary>
    public static string? SizeFault(string path, string name) =>
        new FileInfo(path).Length > LargestSize
            ? $"{name} is longer than {LargestSize / 1000} KB: no planner reads that. Plan a part of it."
            : null;
}
