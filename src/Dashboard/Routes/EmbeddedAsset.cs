using System.Reflection;

namespace Orchestrator.Dashboard.Routes;

/// <summary>Reads the dashboard's files that are embedded in the program.</summary>
internal static class EmbeddedAsset
{
    /// <summary>Returns the content of a file as text.</summary>
    public static string Text(string name) => Encoding.UTF8.GetString(Read(name));

    /// <summary>Returns the content of a file.</summary>
    public static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Orchestrator.Dashboard.Assets.{name}")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
