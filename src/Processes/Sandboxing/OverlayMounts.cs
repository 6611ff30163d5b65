using System.Globalization;
using System.Security.Cryptography;

namespace Orchestrator.Processes;

/// <summary>
/// Folders whose original content is shared and whose changes are private. They are mounted by the kernel's overlay file system before a
/// sandbox is created.
/// </summary>
/// <param name="File">Absolute path of the mount table, in the format of fstab(5).</param>
/// <param name="Views">Path of each folder in the sandbox, and its mount point outside.</param>
public sealed record OverlayMounts(string File, IReadOnlyList<SandboxBindMount> Views)
{
    /// <summary>Name of the subfolder that stores the changes made in a mount.</summary>
    public const string Changes = "changes";

    /// <summary>Creates the folders for overlays of the shared folders, and writes the mount table.</summary>
    /// <param name="folder">Absolute path of a private folder, on a disk that can store the changes of overlays.</param>
    /// <param name="shared">Absolute paths of the shared folders. Missing folders are initially empty.</param>
    /// <param name="below">Folders of other tables whose changes are layered over the shared content, topmost first.</param>
    /// <returns>The table, or null if there is nothing to mount.</returns>
    public static OverlayMounts? Make(string folder, IReadOnlyList<string> shared, IReadOnlyList<string> below)
    {
        List<SandboxBindMount> views = [];
        StringBuilder table = new();
        foreach (var path in shared)
        {
            var own = Path.Combine(folder, NameOf(path));
            var (view, work, upper) = (
                OrchestratorFolderCreator.Ensure(Path.Combine(own, "view")),
                Path.Combine(own, "work"),
                ChangesIn(folder, path)
            );
            OrchestratorFolderCreator.Ensure(work);
            OrchestratorFolderCreator.Ensure(upper);
            string[] lower =
            [
                .. below.Select(other => ChangesIn(other, path)).Where(Directory.Exists),
                Directory.Exists(path) ? path : OrchestratorFolderCreator.Ensure(Path.Combine(own, "empty")),
            ];
            table.Append(
                CultureInfo.InvariantCulture,
                $"overlay {Field(view)} overlay lowerdir={string.Join(':', lower.Select(Field))},"
                    + $"upperdir={Field(upper)},workdir={Field(work)}{Marks} 0 0\n"
            );
            views.Add(new SandboxBindMount(path, view, IsWritable: true));
        }
        if (views.Count == 0)
        {
            return null;
        }
        var file = Path.Combine(folder, "table");
        SymlinkSafeFileWriter.Write(file, Encoding.UTF8.GetBytes(table.ToString()));
        return new OverlayMounts(file, views);
    }

    // Without privileges, the kernel can't write its default markers for removed and replaced folders (overlayfs, "User xattr").
    private static string Marks => Bubblewrap.IsRoot ? "" : ",userxattr";

    /// <summary>
    /// True if a path can be written to the mount table. False if the path contains a character, such as a comma, at which the kernel or
    /// mount(8) splits options.
    /// </summary>
    public static bool CanHold(string path) => path.IndexOfAny([',', ':', '\\', '"', '\n']) < 0;

    private static string ChangesIn(string folder, string path) => Path.Combine(folder, NameOf(path), Changes);

    private static string NameOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];

    private static string Field(string path) =>
        path.Replace(" ", "\\040", StringComparison.Ordinal).Replace("\t", "\\011", StringComparison.Ordinal);
}
