using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CnnService.Api.Data.Migrations
{
    /// <summary>The validation loss and the accuracy on each class after an epoch, and whether a run stopped early.</summary>
    public partial class Measures : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(name: "ValidationLossBits", table: "Events", type: "INTEGER", nullable: true);
            migrationBuilder.AddColumn<byte[]>(name: "PerClass", table: "Events", type: "BLOB", nullable: true);
            migrationBuilder.AddColumn<long>(name: "ValidationLossBits", table: "Runs", type: "INTEGER", nullable: true);
            migrationBuilder.AddColumn<bool>(name: "StoppedEarly", table: "Runs", type: "INTEGER", nullable: false, defaultValue: false);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("A database is never taken back to a version before; restore a backup instead.");
    }
}
