using Orchestrator.Dashboard;

namespace Orchestrator.Cli.Runs;

/// <summary>Writes the dashboard's page about a run to an HTML file, together with the run's report.</summary>
internal static class ReportFile
{
    /// <summary>Value that stands for standard output in place of a file name.</summary>
    public const string Stdout = "-";

    private const int HeadLength = 1000;

    /// <summary>True if the given argument names a file rather than a run: <c>-</c>, a path, or a name with an extension.</summary>
    public static bool IsName(string text) =>
        text == Stdout || text.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) || Path.HasExtension(text);

    /// <summary>
    /// Writes the file, or prints its content if the file name is <c>-</c>. An existing file is replaced only if it is empty or is a report
    /// that this program wrote.
    /// </summary>
    /// <param name="file">Name of the file as the user typed it.</param>
    /// <param name="run">The run with all its tasks.</param>
    /// <param name="repository">Absolute path of the repository's main work tree.</param>
    /// <param name="stop">Cancels the queries.</param>
    public static async Task WriteAsync(
        string file,
        RunStatus run,
        string repository,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var now = context.Time.GetUtcNow();
        var queries = new RunQueries(context);
        var screen = new RunPageHtmlExporter(queries);
        var html = LocalTimeFormatter.In(
            await screen.RenderAsync(run, queries.FullReportHtml(run), Path.GetFileName(repository), now, stop)
        );
        if (file == Stdout)
        {
            context.Terminal.Document(html);
            return;
        }
        var path = context.FullPath(file);
        try
        {
            if (File.Exists(path) && !IsReport(path))
            {
                throw new UseCaseException(
                    UseCaseOutcome.Usage,
                    $"{file} already exists and is not an orchestrate report.",
                    "Name another file, or remove this one."
                );
            }
            var temporary = $"{path}.{Guid.NewGuid():N}";
            await File.WriteAllTextAsync(temporary, html, stop);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"The report can't be written to {file}: {fault.Message}",
                "Name a file in an existing folder to which you can write."
            );
        }
        context.Terminal.Inform($"Wrote {path}. Open the file in a browser, or send it to someone; it needs no other files.");
    }

    private static bool IsReport(string path)
    {
        using var reader = new StreamReader(path);
        var head = new char[HeadLength];
        var length = reader.ReadBlock(head);
        return length == 0 || new string(head, 0, length).Contains(ReportHtml.Mark, StringComparison.Ordinal);
    }
}
